import type { Transitions } from '#lib/api/events.ts';

/** What the page knows of a job that is not over. */
interface Known {
  /** Milliseconds since the epoch, by the queue's clock; null: enqueued before the page looked. */
  enqueuedMs: number | null;
  claimed: boolean;
  /** The worker whose hands it is in. */
  holder: string | null;
}

/** What one transition of one job was found to mean. */
export interface Finding {
  /** Milliseconds from being enqueued to the first claim; null at any other transition. */
  waitedMs: number | null;
  /** Milliseconds from being enqueued to being completed; null at any other transition. */
  tookMs: number | null;
  /** Who held the job, or took it; null where the page has not seen that. */
  holder: string | null;
}

/** Jobs: a megabyte or two. Whoever has a longer queue sees no times of the oldest in it. */
const MOST_JOBS = 20_000;

/** Follows jobs through their transitions, to tell their times and who held them. */
export class JobLedger {
  readonly #jobs = new Map<number, Known>();

  constructor(private readonly most = MOST_JOBS) {}

  get size(): number {
    return this.#jobs.size;
  }

  note({ kind, at_ms: atMs, worker }: Omit<Transitions, 'jobs' | 'at'>, index: number): Finding {
    const known = this.#jobs.get(index);
    const since = known?.enqueuedMs ?? null;
    const finding: Finding = { waitedMs: null, tookMs: null, holder: known?.holder ?? null };
    if (kind === 'enqueued') this.#keep(index, { enqueuedMs: atMs, claimed: false, holder: null });
    else if (kind === 'claimed') {
      if (since !== null && !known?.claimed) finding.waitedMs = Math.max(0, atMs - since);
      finding.holder = nameOf(worker);
      this.#keep(index, { enqueuedMs: since, claimed: true, holder: finding.holder });
    } else if (kind === 'completed' || kind === 'dead' || kind === 'discarded') {
      if (kind === 'completed' && since !== null) finding.tookMs = Math.max(0, atMs - since);
      finding.holder ??= kind === 'completed' ? nameOf(worker) : null;
      this.#jobs.delete(index);
    } else if (kind !== 'progress' && known) known.holder = null;
    return finding;
  }

  #keep(index: number, known: Known): void {
    if (this.#jobs.size >= this.most && !this.#jobs.has(index)) {
      for (const oldest of this.#jobs.keys()) {
        this.#jobs.delete(oldest);
        break;
      }
    }
    this.#jobs.set(index, known);
  }
}

/** A worker claims for each lane by a name of its own: `<worker>:<lane>`. */
function nameOf(claimant: string | undefined): string | null {
  return claimant?.replace(/:[^:]*$/, '') ?? null;
}
