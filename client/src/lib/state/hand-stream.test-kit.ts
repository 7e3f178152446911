import { settle } from './world.test-kit.ts';

/** A stream of server-sent events that a test writes and cuts by hand. */
export class HandStream {
  readonly response: Response;
  #controller!: ReadableStreamDefaultController<Uint8Array>;

  constructor(readonly signal: AbortSignal) {
    const bytes = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      }
    });
    this.response = new Response(bytes as ReadableStream<Uint8Array<ArrayBuffer>>);
  }

  async send(text: string): Promise<void> {
    this.#controller.enqueue(new TextEncoder().encode(text));
    await settle();
  }

  async cut(): Promise<void> {
    this.#controller.error(new TypeError('network error'));
    await settle();
  }
}
