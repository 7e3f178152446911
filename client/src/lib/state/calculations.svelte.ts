import { Calculation, type CalculationWorld } from './calculation.svelte.ts';

/** Cards: older ones leave the page, which stays quick and short; Recent still names them. */
const MAX_CARDS = 8;

/** The calculations on the page, newest first, at most one for an index. */
export class Calculations {
  list = $state.raw<Calculation[]>([]);

  constructor(private readonly world: CalculationWorld) {}

  get newest(): Calculation | undefined {
    return this.list[0];
  }

  /** Requests an index; a card that it already has makes room for the new one. */
  request(index: number): void {
    this.remove(index);
    this.#open(index).request();
  }

  /** Brings an index to the top: its card if it has one, else a look at what the server knows. */
  show(index: number): void {
    if (this.newest?.index === index) return;
    const present = this.list.find((calculation) => calculation.index === index);
    if (present) this.list = [present, ...this.list.filter((other) => other !== present)];
    else this.#open(index).look();
  }

  remove(index: number): void {
    for (const calculation of this.list) if (calculation.index === index) calculation.dispose();
    this.list = this.list.filter((calculation) => calculation.index !== index);
  }

  /** The connection is back: go on with everything that waits for it. */
  resume(): void {
    for (const calculation of this.list) {
      const { poller, problem } = calculation;
      if (problem && poller.phase === 'waiting') poller.askNow();
      else if (problem?.retryable && poller.phase === 'gave-up') calculation.retry();
    }
  }

  dispose(): void {
    for (const calculation of this.list) calculation.dispose();
  }

  #open(index: number): Calculation {
    const calculation = new Calculation(index, this.world);
    for (const old of this.list.slice(MAX_CARDS - 1)) old.dispose();
    this.list = [calculation, ...this.list.slice(0, MAX_CARDS - 1)];
    return calculation;
  }
}
