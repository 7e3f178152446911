import type { Http } from './http.ts';

/** What can happen to a job, in the queue's own words. */
export type TransitionKind =
  | 'enqueued'
  | 'claimed'
  | 'progress'
  | 'expired'
  | 'retrying'
  | 'due'
  | 'released'
  | 'completed'
  | 'dead'
  | 'discarded';

/** Jobs to which one script did the same thing at the same moment. */
export interface Transitions {
  /** ISO 8601 in UTC, to the millisecond, by the queue's clock. */
  at: string;
  /** The same in milliseconds since the epoch. */
  at_ms: number;
  kind: TransitionKind;
  /** Who called: a worker's name, a colon, and the lane it claims for; absent where none did. */
  worker?: string;
  /** `detail` is the lane of what was enqueued, the attempt of what was claimed, and so on. */
  jobs: { index: number; detail: string }[];
}

/** Transitions that the queue forgot before they were read, by the ids of their ends. */
export interface Gap {
  from: string;
  to: string;
}

/** The stream of everything that happens to jobs. */
export class EventsApi {
  constructor(private readonly http: Http) {}

  /**
   * Opens the stream, from now on or after the given event, to be read by readEventStream; its
   * events are `transitions` and `gap`. Throws ApiError.
   */
  open(lastEventId: string | null, signal: AbortSignal): Promise<Response> {
    const headers = streamHeaders(lastEventId);
    return this.http.open('/api/v1/events', { headers, signal });
  }
}

/** What a reader of server-sent events sends, and after which event it wants to go on. */
export function streamHeaders(lastEventId: string | null): Record<string, string> {
  const accept = { Accept: 'text/event-stream' };
  return lastEventId === null ? accept : { ...accept, 'Last-Event-ID': lastEventId };
}
