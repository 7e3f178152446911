import { ApiError } from '#lib/api/errors.ts';
import type { Answer, FibonacciApi, Reply } from '#lib/api/fibonacci.ts';
import { freshIdempotencyKey } from '#lib/api/idempotency-key.ts';
import { Poller, type PollerWorld, type Verdict } from './poller.svelte.ts';

/** What the page has seen of a request, in order. */
export type Step = 'asked' | 'looked' | 'queued' | 'claimed' | 'done' | 'failed' | 'absent';

export interface Moment {
  step: Step;
  /** Which attempt of a worker began; 0 for every other step. */
  attempt: number;
  /** Milliseconds since the epoch. */
  atMs: number;
}

export interface CalculationWorld extends PollerWorld {
  api: Pick<FibonacciApi, 'request' | 'look'>;
  /** The server has counted a request. */
  onAccepted?: (index: number) => void;
  /** A value is known. */
  onDone?: (index: number, digitCount: number) => void;
}

/**
 * Seconds for which the server may hold a look at what a worker computes: a number that comes
 * within them shows the moment it is known, and progress never stands still for longer.
 */
const HOLD_S = 1;

const FINAL = new Set<Answer['status']>(['done', 'failed', 'absent']);

/**
 * One index on its way from the question to the answer: what a result card shows.
 *
 * It exists before the server has answered, so the card is there at once. A request is sent until
 * the server has accepted it, always under the same idempotency key, and then looked after until
 * it is done, failed or absent.
 */
export class Calculation {
  answer = $state.raw<Answer | null>(null);
  moments = $state.raw<Moment[]>([]);
  readonly poller: Poller;

  #idempotencyKey: string | null = null;
  #accepted = false;

  constructor(
    readonly index: number,
    private readonly world: CalculationWorld
  ) {
    this.poller = new Poller((signal) => this.#ask(signal), world);
  }

  /** Requests the number: a submission of its own, counted once however often it is sent. */
  request(): void {
    this.#idempotencyKey = freshIdempotencyKey();
    this.#begin('asked');
  }

  /** Looks whether the number is known, without requesting it. */
  look(): void {
    this.#idempotencyKey = null;
    this.#begin('looked');
  }

  /** Goes on with the same submission after the poller gave up. */
  retry(): void {
    this.poller.start();
  }

  dispose(): void {
    this.poller.stop();
  }

  get status(): Answer['status'] | 'asking' {
    return this.answer?.status ?? 'asking';
  }

  /** The failure that stands between the page and an answer, if one does. */
  get problem(): ApiError | null {
    const { error } = this.poller;
    if (error === null || error instanceof ApiError) return error;
    throw error; // A fault of this page, for the error boundary.
  }

  get running(): boolean {
    return ['asking', 'waiting', 'hidden'].includes(this.poller.phase);
  }

  get startedAtMs(): number {
    return this.moments[0]?.atMs ?? 0;
  }

  /** Milliseconds from the question to its final answer; null before that. */
  get tookMs(): number | null {
    const last = this.moments.at(-1);
    return last && FINAL.has(last.step as Answer['status']) ? last.atMs - this.startedAtMs : null;
  }

  /** Whether the value was there already: no job was needed. */
  get wasKnown(): boolean {
    const worked = this.moments.some(({ step }) => step === 'queued' || step === 'claimed');
    return this.status === 'done' && !worked;
  }

  #begin(step: Step): void {
    this.#accepted = false;
    this.answer = null;
    this.moments = [];
    this.#note(step);
    this.poller.start();
  }

  async #ask(signal: AbortSignal): Promise<Verdict> {
    const { answer, retryAfterMs } =
      this.#idempotencyKey !== null && !this.#accepted
        ? await this.#submit(this.#idempotencyKey, signal)
        : await this.world.api.look(this.index, this.#holdS, signal);
    signal.throwIfAborted();
    this.#take(answer);
    return { final: FINAL.has(answer.status), retryAfterMs };
  }

  async #submit(key: string, signal: AbortSignal): Promise<Reply> {
    const answer = await this.world.api.request(this.index, key, signal);
    this.#accepted = true;
    this.world.onAccepted?.(this.index);
    return { answer, retryAfterMs: null }; // Soon: most jobs are over in no time.
  }

  /** None until a worker has the job: the page wants to see that happen. */
  get #holdS(): number {
    return this.moments.at(-1)?.step === 'claimed' ? HOLD_S : 0;
  }

  #take(answer: Answer): void {
    this.answer = answer;
    if (answer.status !== 'calculating') this.#note(answer.status);
    else if (answer.attempts) this.#note('claimed', answer.attempts);
    else this.#note('queued');
    if (answer.status === 'done') this.world.onDone?.(this.index, answer.digit_count);
  }

  #note(step: Step, attempt = 0): void {
    const last = this.moments.at(-1);
    if (last?.step === step && last.attempt === attempt) return;
    this.moments = [...this.moments, { step, attempt, atMs: this.world.clock.now() }];
  }
}
