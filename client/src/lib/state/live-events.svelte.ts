import type { ServerEvent } from '#lib/api/event-stream.ts';
import type { Gap, Transitions } from '#lib/api/events.ts';
import { EventFeed, type FeedWorld } from './event-feed.svelte.ts';

/** Who is told what comes. While the view is paused it is told all the same, and shows nothing. */
export interface LiveListener {
  /** Transitions in order, as many as came together. */
  onTransitions(transitions: Transitions[]): void;
  onGap?(gap: Gap): void;
}

/**
 * Everything that happens to jobs, as it happens.
 *
 * `pause` is for the eye: receiving goes on, so that nothing is missed, and what came is counted;
 * whoever shows something looks at `paused` and holds still. `stop` must be called on teardown.
 */
export class LiveEvents {
  paused = $state.raw(false);
  /** Transitions of jobs that came since the pause began. */
  missed = $state.raw(0);
  /** How often the stream had been trimmed before it was read. */
  gaps = $state.raw(0);

  readonly feed: EventFeed;

  constructor(
    world: FeedWorld,
    private readonly listener: LiveListener
  ) {
    this.feed = new EventFeed(world, (events) => this.#take(events));
  }

  /** What is shown may be out of date: nothing came for 15 s, or the connection is down. */
  get stale(): boolean {
    return this.feed.stale;
  }

  start(): void {
    this.feed.start();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.missed = 0;
  }

  stop(): void {
    this.feed.stop();
  }

  #take(events: ServerEvent[]): void {
    const transitions: Transitions[] = [];
    for (const { type, data } of events) {
      if (type === 'transitions') transitions.push(JSON.parse(data) as Transitions);
      else if (type === 'gap') this.#gap(JSON.parse(data) as Gap);
    }
    if (transitions.length === 0) return;
    if (this.paused) this.missed += transitions.reduce((sum, { jobs }) => sum + jobs.length, 0);
    this.listener.onTransitions(transitions);
  }

  #gap(gap: Gap): void {
    this.gaps += 1;
    this.listener.onGap?.(gap);
  }
}
