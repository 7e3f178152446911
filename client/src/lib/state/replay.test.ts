import { describe, expect, it } from 'vitest';
import type { Frames } from '#lib/browser/frames.ts';
import { Replay, speedWords } from './replay.svelte.ts';

/** A screen whose frames a test draws by hand. */
class HandFrames implements Frames {
  #nowMs = 1_000;
  #callback: ((nowMs: number) => void) | null = null;

  get awaited(): boolean {
    return this.#callback !== null;
  }

  next(callback: (nowMs: number) => void): () => void {
    this.#callback = callback;
    return () => (this.#callback = null);
  }

  draw(afterMs: number): void {
    this.#nowMs += afterMs;
    const callback = this.#callback;
    this.#callback = null;
    callback?.(this.#nowMs);
  }
}

function given() {
  const frames = new HandFrames();
  const replay = new Replay({ lengthMs: 1_000, moments: [0, 100, 450, 900] }, frames);
  return { frames, replay };
}

describe('Replay plays', () => {
  it('from the beginning when it stands at the end, where it is first', () => {
    const { replay } = given();
    expect(replay.atEnd).toBe(true);
    replay.play();
    expect(replay.atMs).toBe(0);
  });

  it.each([
    [0.1, 5],
    [0.25, 12.5],
    [1, 50],
    [4, 200]
  ] as const)('at %f times the speed', (speed, passedMs) => {
    const { replay, frames } = given();
    replay.speed = speed;
    replay.play();
    frames.draw(16);
    frames.draw(50);
    expect(replay.atMs).toBe(passedMs);
  });

  it('no further than the end, and asks for no frame there', () => {
    const { replay, frames } = given();
    replay.speed = 4;
    replay.play();
    frames.draw(16);
    for (let frame = 0; frame < 5; frame += 1) frames.draw(100);
    expect(replay).toMatchObject({ atMs: 1_000, playing: false });
    expect(frames.awaited).toBe(false);
  });

  it('on where it was when the tab had been hidden', () => {
    const { replay, frames } = given();
    replay.play();
    frames.draw(16);
    frames.draw(60_000);
    expect(replay.atMs).toBe(100);
  });

  it('until it is stopped', () => {
    const { replay, frames } = given();
    replay.toggle();
    frames.draw(16);
    replay.toggle();
    expect(replay.playing).toBe(false);
    expect(frames.awaited).toBe(false);
  });
});

describe('Replay steps', () => {
  it('from one happening to the next, and to the end after the last', () => {
    const { replay } = given();
    replay.seek(0);
    const stops = [1, 1, 1, 1].map(() => (replay.step(1), replay.atMs));
    expect(stops).toEqual([100, 450, 900, 1_000]);
  });

  it('back again, and to the beginning', () => {
    const { replay } = given();
    const stops = [1, 1, 1, 1, 1].map(() => (replay.step(-1), replay.atMs));
    expect(stops).toEqual([900, 450, 100, 0, 0]);
  });

  it('and stands still there', () => {
    const { replay, frames } = given();
    replay.play();
    replay.step(1);
    expect(replay.playing).toBe(false);
    expect(frames.awaited).toBe(false);
  });
});

it('is scrubbed within the run only', () => {
  const { replay } = given();
  replay.seek(-5);
  expect(replay.atMs).toBe(0);
  replay.seek(2_000);
  expect(replay.atMs).toBe(1_000);
});

it('tells how time runs', () => {
  expect([0.1, 0.25, 1, 4].map((speed) => speedWords(speed as 1))).toEqual([
    'slowed 10×',
    'slowed 4×',
    'real time',
    '4× faster than it was'
  ]);
});
