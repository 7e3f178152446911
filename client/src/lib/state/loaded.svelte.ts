/** Something that is asked for once, and again when somebody wants it. */
export class Loaded<T> {
  /** Null until it is there; kept while it is asked for anew. */
  value = $state.raw<T | null>(null);
  /** Why the latest asking failed; null where it did not. */
  problem = $state.raw<unknown>(null);

  #controller = new AbortController();

  constructor(private readonly ask: (signal: AbortSignal) => Promise<T>) {}

  /** Asks now; an asking under way gives way to this one. Never throws. */
  async load(): Promise<void> {
    this.#controller.abort();
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    try {
      const value = await this.ask(signal);
      if (signal.aborted) return;
      this.value = value;
      this.problem = null;
    } catch (error) {
      if (!signal.aborted) this.problem = error;
    }
  }

  stop(): void {
    this.#controller.abort();
  }
}
