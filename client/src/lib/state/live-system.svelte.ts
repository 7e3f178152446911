import { LabMissing, Unreachable } from '#lib/api/errors.ts';
import type { EventsApi, Transitions } from '#lib/api/events.ts';
import type { LabApi } from '#lib/api/lab.ts';
import type { LabProcess, ProcessOrder } from '#lib/api/lab-types.ts';
import type { QueueDepth, ServerCounts, SystemApi } from '#lib/api/system.ts';
import { Activity, type ActivitySnapshot, type Way } from '#lib/system/activity.ts';
import { DotFlow } from '#lib/system/dot-flow.ts';
import { LastMinute } from '#lib/system/last-minute.ts';
import type { Looks } from '#lib/system/parts.ts';
import { learnNames, NO_NAMES, type WorkerNames } from '#lib/system/worker-names.ts';
import { LiveEvents } from './live-events.svelte.ts';
import type { PollerWorld } from './poller.svelte.ts';
import { RepeatedLook } from './repeated-look.svelte.ts';
import { StepLog } from './step-log.svelte.ts';

export interface LiveSystemWorld extends PollerWorld {
  events: Pick<EventsApi, 'open'>;
  system: Pick<SystemApi, 'depth' | 'readiness' | 'workers' | 'counts'>;
  lab: Pick<LabApi, 'processes' | 'order'>;
}

/** How what happens is shown: as moving dots, or one step after the other. */
export type Showing = 'motion' | 'steps';

/** Milliseconds between two drawings of numbers and charts: often enough, and still readable. */
const DRAW_MS = 500;
/** Milliseconds between two looks at what no event tells: one at least in each second of a chart. */
const LOOK_MS = 800;
const LOOK_RARELY_MS = 2_000;

/** What the queue held in one second. */
interface DepthSecond {
  depth: QueueDepth | null;
}

/**
 * The running system as the System page shows it.
 *
 * The event stream is counted all the time; `activity` and `depths` are drawn from it twice a
 * second. While the view is paused nothing that is shown changes, and nothing is missed.
 * `stop` must be called on teardown.
 */
export class LiveSystem {
  activity = $state.raw<ActivitySnapshot>(new Activity().snapshot(0));
  /** What the queue held in each of the last 60 whole seconds. */
  depths = $state.raw<(QueueDepth | null)[]>([]);
  showing = $state.raw<Showing>('motion');
  /** The ways that the step which is being looked at went. */
  lit = $state.raw<readonly Way[]>([]);

  readonly live: LiveEvents;
  readonly flow = new DotFlow();
  readonly steps = new StepLog();
  readonly depth: RepeatedLook<QueueDepth>;
  readonly #readiness: RepeatedLook<NonNullable<Looks['readiness']>>;
  readonly #workers: RepeatedLook<NonNullable<Looks['workers']>>;
  readonly #processes: RepeatedLook<LabProcess[]>;
  readonly #counts: RepeatedLook<ServerCounts>;

  readonly #activity = new Activity();
  readonly #depths = new LastMinute<DepthSecond>(
    () => ({ depth: null }),
    (second) => (second.depth = null)
  );
  #names: WorkerNames = NO_NAMES;
  #counted: ServerCounts | null = null;
  #cancelDraw = () => {};

  constructor(private readonly world: LiveSystemWorld) {
    const { system, lab } = world;
    const missing = (error: unknown) => error instanceof LabMissing;
    this.live = new LiveEvents(
      { ...world, open: (after, signal) => world.events.open(after, signal) },
      { onTransitions: (transitions) => this.#take(transitions) }
    );
    this.depth = new RepeatedLook((signal) => this.#lookAtDepth(signal), LOOK_MS, world);
    this.#readiness = new RepeatedLook((signal) => system.readiness(signal), LOOK_MS, world);
    this.#workers = new RepeatedLook((signal) => system.workers(signal), LOOK_MS, world);
    this.#processes = new RepeatedLook((s) => lab.processes(s), LOOK_RARELY_MS, world, missing);
    this.#counts = new RepeatedLook((signal) => this.#lookAtCounts(signal), LOOK_MS, world);
  }

  start(): void {
    this.live.start();
    for (const look of this.#looks) look.start();
    this.#draw();
  }

  stop(): void {
    this.live.stop();
    for (const look of this.#looks) look.stop();
    this.#cancelDraw();
  }

  togglePause(): void {
    if (this.live.paused) {
      this.live.resume();
      for (const look of this.#looks) look.release();
      this.#draw();
    } else {
      this.live.pause();
      for (const look of this.#looks) look.hold();
      this.#cancelDraw();
      this.flow.clear();
    }
  }

  show(showing: Showing): void {
    this.showing = showing;
    this.flow.clear();
    this.steps.clear();
    this.lit = [];
  }

  /** Lights what the next transition went through; false where nothing has happened since. */
  step(): boolean {
    const step = this.steps.next();
    if (step) this.lit = step.ways;
    return step !== null;
  }

  /** Does something to a process of the lab; throws ApiError. */
  async order(name: string, order: ProcessOrder): Promise<void> {
    try {
      this.#processes.take(await this.world.lab.order(name, order));
    } catch (error) {
      // A server that is killed takes its own answer with it.
      if (!(name === 'server' && order === 'kill' && error instanceof Unreachable)) throw error;
    }
    for (const look of this.#looks) look.refresh();
  }

  get looks(): Looks {
    return {
      readiness: this.#readiness.value,
      serverError: this.#readiness.error,
      depth: this.depth.value,
      processes: this.#processes.value,
      workers: this.#workers.value,
      names: this.#namesNow
    };
  }

  /** Whether this server runs without the lab; null until that is known. */
  get isLabMissing(): boolean | null {
    if (this.#processes.error instanceof LabMissing) return true;
    return this.#processes.value === null ? null : false;
  }

  get #namesNow(): WorkerNames {
    this.#names = learnNames(this.#names, this.#processes.value ?? [], this.#workers.value ?? []);
    return this.#names;
  }

  get #looks(): RepeatedLook<unknown>[] {
    return [this.depth, this.#readiness, this.#workers, this.#processes, this.#counts];
  }

  #take(transitions: Transitions[]): void {
    const now = this.world.clock.now();
    for (const { transitions: one, pulses, worker } of this.#activity.take(transitions, now)) {
      if (this.live.paused) continue;
      if (this.showing === 'steps') {
        this.steps.add(
          one,
          pulses.map(({ way }) => way),
          worker
        );
      } else for (const { way, count } of pulses) this.#move(way, count);
    }
  }

  #move(way: Way, count: number, overMs = 0): void {
    // Nobody sees a hidden tab, whose frames stand still: its dots would all start on its return.
    if (this.world.visibility.hidden || this.showing === 'steps') return;
    this.flow.pulse(way, count, this.world.clock.now(), overMs);
  }

  async #lookAtDepth(signal: AbortSignal): Promise<QueueDepth> {
    const depth = await this.world.system.depth(signal);
    const second = this.#depths.at(this.world.clock.now());
    if (second) second.depth = depth;
    return depth;
  }

  /** Counters tell what no event does: how many asked, and how many of them are on record. */
  async #lookAtCounts(signal: AbortSignal): Promise<ServerCounts> {
    const counts = await this.world.system.counts(signal);
    const before = this.#counted;
    this.#counted = counts;
    if (!before) return counts;
    for (const way of ['requests', 'recorded'] as const) {
      const more = counts[way] - before[way]; // Less than none: the server was started anew.
      if (more <= 0) continue;
      this.#activity.count(way, more, this.world.clock.now());
      this.#move(way, more, LOOK_MS);
    }
    return counts;
  }

  #draw(): void {
    const now = this.world.clock.now();
    this.activity = this.#activity.snapshot(now);
    this.depths = holdOver(this.#depths.whole(now).map((second) => second?.depth ?? null));
    this.#cancelDraw = this.world.clock.after(DRAW_MS, () => this.#draw());
  }
}

/** A look that came late leaves a second without one: what was seen last stands in for so many. */
const HELD_OVER = 2;

function holdOver<Value>(values: (Value | null)[]): (Value | null)[] {
  return values.map((value, at) => {
    const before = values.slice(Math.max(0, at - HELD_OVER), at);
    return value ?? before.findLast((one) => one !== null) ?? null;
  });
}
