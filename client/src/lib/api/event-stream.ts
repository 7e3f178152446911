/**
 * Server-sent events read from a fetch, as the HTML standard lays them out (9.2.6).
 *
 * The browser's own EventSource hides comments, by which a quiet server says that it is still
 * there, and sends no Last-Event-ID of our choice.
 */

export interface ServerEvent {
  /** The id of the latest event that had one; '' before any had. */
  id: string;
  /** 'message' where the server named none. */
  type: string;
  data: string;
}

/** What one piece of the stream brought; a comment alone brings nothing, but it was heard. */
export interface Heard {
  events: ServerEvent[];
  /** After which event to go on; '' while the server has named none. A block may name it alone. */
  lastEventId: string;
  /** Milliseconds to wait before connecting anew, as the server last asked; null if it never did. */
  retryMs: number | null;
}

/** Cuts text that arrives in any pieces into events. One parser reads one connection. */
export class EventStreamParser {
  retryMs: number | null = null;
  lastEventId = '';
  #rest = '';
  #type = '';
  #data: string[] = [];

  /** The events that this piece completes, in order. */
  push(text: string): ServerEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line !== '') this.#field(line);
      else if (this.#data.length > 0) events.push(this.#dispatch());
      else this.#type = '';
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#type = value;
    else if (name === 'id' && !value.includes('\0')) this.lastEventId = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  #dispatch(): ServerEvent {
    const event = {
      id: this.lastEventId,
      type: this.#type || 'message',
      data: this.#data.join('\n')
    };
    this.#type = '';
    this.#data = [];
    return event;
  }
}

/** Reads an answer to its end, one item for each piece that arrives; throws where it is cut. */
export async function* readEventStream(response: Response): AsyncGenerator<Heard, void> {
  if (!response.body) return;
  const parser = new EventStreamParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = parser.push(value);
      yield { events, lastEventId: parser.lastEventId, retryMs: parser.retryMs };
    }
  } finally {
    await reader.cancel().catch(() => {}); // Cut already: there is nothing left to cancel.
  }
}
