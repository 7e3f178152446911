import { ApiError } from '#lib/api/errors.ts';
import { readEventStream, type ServerEvent } from '#lib/api/event-stream.ts';
import type { Clock } from '#lib/browser/clock.ts';
import { fullJitter } from './backoff.ts';

export type FeedPhase = 'idle' | 'connecting' | 'open' | 'waiting' | 'gave-up' | 'stopped';

/** What a feed needs from the world around it. */
export interface FeedWorld {
  clock: Clock;
  random: () => number;
  /** Opens the stream after the event with this id; null: where it begins by itself. */
  open(lastEventId: string | null, signal: AbortSignal): Promise<Response>;
}

/** Milliseconds: the server says every 10 s that it is still there, half of that for its delays. */
export const SILENCE_MS = 15_000;
/** Milliseconds before the first new try where the server named none. */
const RETRY_MS = 1_000;
/** Milliseconds: a server that comes back is found within so long. */
const RETRY_CAP_MS = 10_000;

/**
 * Keeps a stream of server-sent events open, and hands its events over as they come.
 *
 * A connection that is cut, or silent for 15 s, is replaced by one that goes on after the last
 * event, with exponential backoff and full jitter; meanwhile the feed is `stale`. A failure that
 * cannot pass ends it with its `error`. `stop` must be called on teardown.
 */
export class EventFeed {
  phase = $state.raw<FeedPhase>('idle');
  /** What has been handed over may be out of date. */
  stale = $state.raw(false);
  /** Why the latest connection failed; null while one is good. */
  error = $state.raw<unknown>(null);

  #controller = new AbortController();
  #lastEventId: string | null = null;
  #retryMs = RETRY_MS;
  #round = 0;
  #cancelTimer = () => {};

  constructor(
    private readonly world: FeedWorld,
    private readonly onEvents: (events: ServerEvent[]) => void
  ) {}

  /** Connects; a feed that was started before goes on after the last event that it has seen. */
  start(): void {
    this.stop();
    this.#round = 0;
    this.#connect();
  }

  /** Tries now what would be tried later. */
  retryNow(): void {
    if (this.phase === 'waiting' || this.phase === 'gave-up') this.start();
  }

  stop(): void {
    this.#controller.abort();
    this.#cancelTimer();
    this.phase = 'stopped';
  }

  #connect(): void {
    this.#controller = new AbortController();
    this.phase = 'connecting';
    this.#awaitSign();
    void this.#read(this.#controller.signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    try {
      const response = await this.world.open(this.#lastEventId, signal);
      this.phase = 'open';
      for await (const { events, lastEventId, retryMs } of readEventStream(response)) {
        if (signal.aborted) return;
        this.#retryMs = retryMs ?? this.#retryMs;
        this.#lastEventId = lastEventId || this.#lastEventId;
        this.#heard(events);
      }
      if (!signal.aborted) this.#lost(null);
    } catch (error) {
      if (!signal.aborted) this.#lost(error);
    }
  }

  #heard(events: ServerEvent[]): void {
    this.#round = 0;
    this.stale = false;
    this.error = null;
    this.#awaitSign();
    if (events.length > 0) this.onEvents(events);
  }

  /** A connection may be dead without either end knowing: silence is how one finds out. */
  #awaitSign(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.world.clock.after(SILENCE_MS, () => this.#lost(null));
  }

  #lost(error: unknown): void {
    this.#controller.abort();
    this.#cancelTimer();
    this.stale = true;
    this.error = error;
    if (error instanceof ApiError && !error.retryable) {
      this.phase = 'gave-up';
      return;
    }
    const backoff = { baseMs: this.#retryMs, capMs: RETRY_CAP_MS };
    const waitMs = fullJitter(this.#round, backoff, this.world.random);
    this.#round += 1;
    this.phase = 'waiting';
    this.#cancelTimer = this.world.clock.after(waitMs, () => this.#connect());
  }
}
