import { Rejected } from '#lib/api/errors.ts';
import type { ServerEvent } from '#lib/api/event-stream.ts';
import type { LabApi } from '#lib/api/lab.ts';
import type { RunBundle, RunLine, RunListed, RunState } from '#lib/api/lab-types.ts';
import type { Clock } from '#lib/browser/clock.ts';
import { RunLog, type RunView, viewOfBundle } from '#lib/experiments/run-log.ts';
import { EventFeed } from './event-feed.svelte.ts';

/** Milliseconds between two drawings of a live run: smooth to the eye at any number of events. */
export const DRAW_MS = 100;
/** Milliseconds between two looks whether the lab counts a run as over whose last line has come. */
const OVER_MS = 300;
/** Looks, some 20 s on a busy machine, after which the page believes the last line. */
const OVER_LOOKS = 60;

export type RunPhase = 'idle' | 'starting' | 'running' | 'ended' | 'cancelled' | 'failed';

export interface RunWorld {
  lab: Pick<LabApi, 'startRun' | 'runs' | 'openRun' | 'bundle' | 'cancelRun'>;
  clock: Clock;
  random: () => number;
  /** Told once, when a run that was watched live has its verdict. */
  onEnded?: (view: RunView) => void;
}

/**
 * One run of an experiment, started or found, from its first line to its verdict.
 *
 * Lines are drawn ten times a second at most, and not at all while `paused`; nothing is missed
 * meanwhile. A lost connection is taken up again after the last line. `stop` must be called on
 * teardown; the run itself goes on without the page.
 */
export class ExperimentRun {
  phase = $state.raw<RunPhase>('idle');
  /** The run's id; null before there is one. */
  id = $state.raw<string | null>(null);
  /** What is shown of the run; null until its first line. */
  view = $state.raw<RunView | null>(null);
  /** The whole run, once it has ended: it knows what was predicted, and the right answer. */
  bundle = $state.raw<RunBundle | null>(null);
  /** Another run that is under way, for which a new one has to wait. */
  other = $state.raw<RunListed | null>(null);
  /** Why the latest call failed. */
  problem = $state.raw<unknown>(null);
  paused = $state.raw(false);
  /** The lab has been asked to end the run, and has not yet. */
  cancelling = $state.raw(false);
  feed = $state.raw<EventFeed | null>(null);

  #log = new RunLog();
  #calls = new AbortController();
  #drawing: (() => void) | null = null;

  constructor(private readonly world: RunWorld) {}

  /** Starts a run, and follows it; where another one is under way, that is kept in `other`. */
  async start(experiment: string, wish: { seed?: number; choice?: number }): Promise<void> {
    this.#begin('starting');
    const { signal } = this.#calls;
    try {
      const run = await this.world.lab.startRun(experiment, wish);
      if (!signal.aborted) this.#follow(run);
    } catch (error) {
      if (signal.aborted) return;
      this.phase = 'idle';
      if (isBusy(error)) this.other = await this.#runUnderWay();
      if (this.other === null) this.problem = error;
    }
  }

  /** Takes up a run of this experiment that is under way, as after a reload. */
  async resume(experiment: string): Promise<void> {
    const { signal } = this.#calls;
    const found = await this.#runUnderWay();
    if (signal.aborted || this.phase !== 'idle' || !found) return;
    if (found.experiment === experiment) this.#follow(found.run);
    else this.other = found;
  }

  /** Shows a run again, or live where it is still under way. */
  async show(run: string): Promise<void> {
    if (this.id === run) return;
    this.#begin('starting');
    const { signal } = this.#calls;
    try {
      const listed = (await this.world.lab.runs(signal)).find((known) => known.run === run);
      if (signal.aborted) return;
      if (listed?.state === 'running') return this.#follow(run);
      this.id = run;
      if (listed) await this.#settle(listed);
      else await this.#recall(run, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.phase = 'idle';
      this.problem = error;
    }
  }

  /** Asks the lab to end the run, which heals its system first; the stream's end says it has. */
  async cancel(): Promise<void> {
    if (this.id === null || this.phase !== 'running' || this.cancelling) return;
    const { signal } = this.#calls;
    this.cancelling = true;
    try {
      await this.world.lab.cancelRun(this.id);
    } catch (error) {
      if (signal.aborted) return;
      this.cancelling = false;
      this.problem = error;
    }
  }

  /** Forgets the run, so that another one can be started. */
  reset(): void {
    this.#begin('idle');
  }

  togglePause(): void {
    this.paused = !this.paused;
    if (!this.paused) this.#draw();
  }

  stop(): void {
    this.#calls.abort();
    this.feed?.stop();
    this.#drawing?.();
  }

  #begin(phase: RunPhase): void {
    this.stop();
    this.#calls = new AbortController();
    this.#drawing = null;
    this.#log = new RunLog();
    this.phase = phase;
    this.id = this.view = this.bundle = this.other = this.feed = this.problem = null;
    this.paused = this.cancelling = false;
  }

  #follow(run: string): void {
    this.id = run;
    this.phase = 'running';
    const open = (last: string | null, signal: AbortSignal) => this.#open(run, last, signal);
    this.feed = new EventFeed({ ...this.world, open }, (events) => this.#take(events));
    this.feed.start();
  }

  /** A stream that has ended before the verdict may be that of a run that is over. */
  async #open(run: string, last: string | null, signal: AbortSignal): Promise<Response> {
    if (this.feed?.stale) {
      const listed = (await this.world.lab.runs(signal)).find((known) => known.run === run);
      if (listed && listed.state !== 'running') await this.#settle(listed);
    }
    return this.world.lab.openRun(run, last, signal);
  }

  /** Shows how a run came out that is over, by what the lab has kept of it. */
  async #settle({ run, state }: RunListed): Promise<void> {
    const { signal } = this.#calls;
    if (state === 'ended') await this.#recall(run, signal);
    if (!signal.aborted) this.#close(state);
  }

  #take(events: ServerEvent[]): void {
    for (const { data } of events) {
      const line = readLine(data);
      if (line) this.#log.take(line);
    }
    if (this.#log.verdict) void this.#end();
    else this.#drawSoon();
  }

  #drawSoon(): void {
    this.#drawing ??= this.world.clock.after(DRAW_MS, () => {
      this.#drawing = null;
      if (!this.paused) this.#draw();
    });
  }

  #draw(): void {
    this.view = this.#log.view();
  }

  /** A run that was cancelled, or has failed, ends as unclear, too: then the lab has to say. */
  async #end(): Promise<void> {
    const { signal } = this.#calls;
    this.feed?.stop();
    const isCertain = this.#log.verdict?.outcome !== 'unclear';
    if (isCertain) this.#tellVerdict();
    const state = await this.#awaitOver(signal);
    if (signal.aborted) return;
    if (state !== 'ended') this.#close(state);
    else if (!isCertain) this.#tellVerdict();
    this.#draw();
    if (state === 'ended') await this.#fetchBundle(signal);
  }

  #tellVerdict(): void {
    this.#close('ended');
    this.paused = false;
    this.#draw();
    if (this.view) this.world.onEnded?.(this.view);
  }

  #close(phase: RunPhase): void {
    this.feed?.stop();
    this.#drawing?.();
    this.#drawing = null;
    this.phase = phase;
  }

  /** The run of a bundle is shown as the live one was. */
  async #recall(run: string, signal: AbortSignal): Promise<void> {
    const bundle = await this.world.lab.bundle(run, signal);
    if (signal.aborted) return;
    this.bundle = bundle;
    this.view = viewOfBundle(bundle);
    this.#close('ended');
  }

  /** The lab counts a run as over a little after its last line: then its bundle is written. */
  async #awaitOver(signal: AbortSignal): Promise<Exclude<RunState, 'running'>> {
    for (let look = 0; look < OVER_LOOKS && !signal.aborted; look += 1) {
      const runs = await this.world.lab.runs(signal).catch(() => []);
      const state = runs.find(({ run }) => run === this.id)?.state;
      if (state && state !== 'running') return state;
      await new Promise<void>((resolve) => this.world.clock.after(OVER_MS, resolve));
    }
    return 'ended';
  }

  /** Without its bundle a run is shown all the same; the prediction is not judged then. */
  async #fetchBundle(signal: AbortSignal): Promise<void> {
    if (this.id === null) return;
    const bundle = await this.world.lab.bundle(this.id, signal).catch(() => null);
    if (!signal.aborted) this.bundle = bundle;
  }

  async #runUnderWay(): Promise<RunListed | null> {
    const runs = await this.world.lab.runs(this.#calls.signal).catch(() => []);
    return runs.find(({ state }) => state === 'running') ?? null;
  }
}

/** What the lab says while it can run no second experiment. */
function isBusy(error: unknown): boolean {
  return error instanceof Rejected && error.problem.status === 409;
}

function readLine(data: string): RunLine | null {
  try {
    return JSON.parse(data) as RunLine;
  } catch {
    return null; // No line of a run: a newer lab may say more than this page understands.
  }
}
