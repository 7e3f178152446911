import type {
  Arm,
  ArmBundle,
  Check,
  ExperimentDetail,
  Happening,
  RunBundle,
  RunLine,
  RunOutcome
} from '#lib/api/lab-types.ts';

/** In the order in which they run. */
export const ARMS = ['with', 'without'] as const satisfies Arm[];

/** Something that happened in an arm, where it is known in which. */
export type Happened = Omit<Happening, 'arm'>;
export type Judged = Omit<Check, 'arm'>;

/** What is known of one arm so far. */
export interface ArmLog {
  name: Arm;
  /** What is being done for this arm, in words for people; null before its turn. */
  stage: string | null;
  /** In the order of time. */
  happenings: readonly Happened[];
  checks: readonly Judged[];
  /** How the system was healed after the faults; null until it was. */
  healed: string | null;
}

/** What is known of a run so far; never changed once it is handed out. */
export interface RunView {
  run: string;
  experiment: ExperimentDetail;
  seed: number;
  arms: readonly ArmLog[];
  /** The arm that the latest line was about; null before any, and in a bundle. */
  current: Arm | null;
  /** Null until the run has ended. */
  verdict: { outcome: RunOutcome; why: string } | null;
}

/** An arm that grows; what was handed out of it stays the same for as long as nothing comes. */
class GrowingArm {
  #stage: string | null = null;
  #healed: string | null = null;
  readonly #happenings: Happened[] = [];
  readonly #checks: Judged[] = [];
  #view: ArmLog | null = null;

  constructor(private readonly name: Arm) {}

  take(line: Exclude<RunLine, { type: 'begin' | 'end' }>): void {
    this.#view = null;
    if (line.type === 'stage') this.#stage = line.text;
    else if (line.type === 'happening') this.#happenings.push(line);
    else if (line.type === 'check') this.#checks.push(line);
    else if (line.type === 'healed') this.#healed = line.text;
  }

  view(): ArmLog {
    this.#view ??= {
      name: this.name,
      stage: this.#stage,
      healed: this.#healed,
      happenings: inOrder(this.#happenings),
      checks: this.#checks.slice()
    };
    return this.#view;
  }
}

/**
 * Folds a run's lines into what the page shows.
 *
 * A line of a type that it does not know, or of an arm that has not begun, is ignored, so that an
 * older page survives a newer lab. A `begin` starts anew: a stream may be read again.
 */
export class RunLog {
  #begun: Pick<RunView, 'run' | 'experiment' | 'seed'> | null = null;
  #arms = new Map<Arm, GrowingArm>();
  #current: Arm | null = null;
  #verdict: RunView['verdict'] = null;

  take(line: RunLine): void {
    if (line.type === 'begin') return this.#begin(line);
    if (line.type === 'end') {
      this.#verdict = { outcome: line.outcome, why: line.why };
      return;
    }
    const arm = this.#arms.get(line.arm);
    if (!arm) return;
    this.#current = line.arm;
    arm.take(line);
  }

  get verdict(): RunView['verdict'] {
    return this.#verdict;
  }

  /** What is known by now; null before the run has begun. */
  view(): RunView | null {
    if (!this.#begun) return null;
    const arms = [...this.#arms.values()].map((arm) => arm.view());
    return { ...this.#begun, arms, current: this.#current, verdict: this.#verdict };
  }

  #begin({ run, experiment, seed, arms }: RunLine & { type: 'begin' }): void {
    this.#begun = { run, experiment, seed };
    this.#arms = new Map(arms.map((name) => [name, new GrowingArm(name)]));
    this.#current = this.#verdict = null;
  }
}

/** A bundle as the run that it tells of. */
export function viewOfBundle(bundle: RunBundle): RunView {
  const { run, experiment, seed, outcome, why } = bundle;
  const arms = ARMS.flatMap((name) => {
    const arm = bundle.arms[name];
    return arm ? [recordedArm(name, arm)] : [];
  });
  return { run, experiment, seed, arms, current: null, verdict: { outcome, why } };
}

/** Milliseconds that the longer of the arms lasted. */
export function lengthOf(arms: readonly ArmLog[]): number {
  return Math.max(0, ...arms.map(({ happenings }) => happenings.at(-1)?.at_ms ?? 0));
}

function recordedArm(name: Arm, { happenings, checks }: ArmBundle): ArmLog {
  return { name, stage: null, healed: null, happenings: inOrder(happenings), checks };
}

/** The queue's events reach a live run a little later than what the stage itself does. */
function inOrder(happenings: readonly Happened[]): Happened[] {
  return happenings.toSorted((a, b) => a.at_ms - b.at_ms);
}
