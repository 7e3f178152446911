import type { Frames } from '#lib/browser/frames.ts';

/** How many milliseconds of the run pass in one of the viewer's. */
export const SPEEDS = [0.1, 0.25, 1, 4] as const;
export type Speed = (typeof SPEEDS)[number];

/** Milliseconds: a tab that was hidden must not leap ahead on its first frame. */
const LONGEST_FRAME_MS = 100;

/** What is replayed. */
export interface Reel {
  lengthMs: number;
  /** When something happens, in order, each moment once. */
  moments: readonly number[];
}

/**
 * Where in a recorded run the viewer is: scrubbed, stepped, or played at some speed.
 *
 * It begins at the end, where all can be seen; playing from there begins anew. `stop` must be
 * called on teardown.
 */
export class Replay {
  /** Milliseconds since the load began. */
  atMs = $state.raw(0);
  speed = $state.raw<Speed>(1);
  playing = $state.raw(false);

  #cancelFrame = () => {};
  #lastFrameMs: number | null = null;

  constructor(
    private readonly reel: Reel,
    private readonly frames: Frames
  ) {
    this.atMs = reel.lengthMs;
  }

  get lengthMs(): number {
    return this.reel.lengthMs;
  }

  get atEnd(): boolean {
    return this.atMs >= this.reel.lengthMs;
  }

  play(): void {
    if (this.playing) return;
    if (this.atEnd) this.atMs = 0;
    this.playing = true;
    this.#lastFrameMs = null;
    this.#awaitFrame();
  }

  stop(): void {
    this.playing = false;
    this.#cancelFrame();
  }

  toggle(): void {
    if (this.playing) this.stop();
    else this.play();
  }

  /** Goes to a moment, within the run; playing goes on from there. */
  seek(ms: number): void {
    this.atMs = Math.min(this.reel.lengthMs, Math.max(0, ms));
  }

  /** Stops, and goes to the next happening (or the one before), else to the end of the run. */
  step(direction: 1 | -1): void {
    this.stop();
    const { moments, lengthMs } = this.reel;
    const next =
      direction === 1
        ? (moments.find((ms) => ms > this.atMs) ?? lengthMs)
        : (moments.findLast((ms) => ms < this.atMs) ?? 0);
    this.seek(next);
  }

  #awaitFrame(): void {
    this.#cancelFrame = this.frames.next((nowMs) => this.#advance(nowMs));
  }

  #advance(nowMs: number): void {
    const passedMs = Math.min(LONGEST_FRAME_MS, nowMs - (this.#lastFrameMs ?? nowMs));
    this.#lastFrameMs = nowMs;
    this.seek(this.atMs + passedMs * this.speed);
    if (this.atEnd) this.stop();
    else this.#awaitFrame();
  }
}

/** How a speed is told: 1 -> "real time", 0.25 -> "slowed 4×", 4 -> "4× faster than it was". */
export function speedWords(speed: Speed): string {
  if (speed === 1) return 'real time';
  return speed < 1 ? `slowed ${Math.round(1 / speed)}×` : `${speed}× faster than it was`;
}
