import { afterEach, describe, expect, it, vi } from 'vitest';
import { Poller, type Verdict } from './poller.svelte.ts';
import { handWorld, settle } from './world.test-kit.ts';

const POLICY = { baseMs: 200, capMs: 4_000, maxFailures: 3 };
const AGAIN: Verdict = { final: false, retryAfterMs: null };
const FINAL: Verdict = { final: true, retryAfterMs: null };

class Setback extends Error {
  constructor(
    readonly retryable: boolean,
    readonly retryAfterMs: number | null = null
  ) {
    super('setback');
  }
}

function given(ask: (signal: AbortSignal) => Promise<Verdict>, random = () => 0.5) {
  const world = { ...handWorld(), random };
  const asked = vi.fn(ask);
  return { asked, world, poller: new Poller(asked, world, POLICY) };
}

/** Milliseconds at which an endless poller asks, when jitter takes this share of its span. */
async function askingTimes(random: () => number, untilMs: number): Promise<number[]> {
  const times: number[] = [];
  const { poller } = given(async () => (times.push(Date.now()), AGAIN), random);
  poller.start();
  await vi.advanceTimersByTimeAsync(untilMs);
  poller.stop();
  return times;
}

afterEach(() => vi.useRealTimers());

describe('Poller waits', () => {
  it('twice as long each time, up to the cap', async () => {
    const times = await askingTimes(() => 0.5, 9_000);
    expect(times).toEqual([0, 100, 300, 700, 1_500, 3_100, 5_100, 7_100]);
  });

  it('a random share of the span, so that two clients part', async () => {
    const [early, late] = [
      await askingTimes(() => 0.1, 1_000),
      await askingTimes(() => 0.9, 1_000)
    ];
    expect(early.slice(0, 3)).toEqual([0, 20, 60]);
    expect(late.slice(0, 3)).toEqual([0, 180, 540]);
  });

  it('never less than Retry-After, and still with jitter on top', async () => {
    const { asked, poller } = given(async () => ({ final: false, retryAfterMs: 2_000 }));
    poller.start();
    await vi.advanceTimersByTimeAsync(2_099);
    expect(asked).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('no longer when somebody asks for the next try now', async () => {
    const { asked, poller } = given(async () => ({ final: false, retryAfterMs: 9_000 }));
    poller.start();
    await settle();
    poller.askNow();
    expect(asked).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(9_050);
    expect(asked).toHaveBeenCalledTimes(2);
  });
});

describe('Poller ends', () => {
  it('at a final answer, and leaves nothing behind', async () => {
    const { asked, poller, world } = given(async () => FINAL);
    poller.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(poller.phase).toBe('finished');
    expect(vi.getTimerCount()).toBe(0);
    expect(world.visibility.listenerCount).toBe(0);
  });

  it('when stopped: the call under way is aborted and its late answer ignored', async () => {
    let answer: (verdict: Verdict) => void = () => {};
    const { asked, poller } = given(() => new Promise((resolve) => (answer = resolve)));
    poller.start();
    poller.stop();
    expect(asked.mock.calls[0]?.[0].aborted).toBe(true);
    answer(AGAIN);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(poller.phase).toBe('stopped');
  });

  it('when stopped during a wait: the timer is called off', async () => {
    const { poller } = given(async () => AGAIN);
    poller.start();
    await settle();
    poller.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('Poller rests while the tab is hidden', () => {
  it('and asks at once when it is shown', async () => {
    const { asked, poller, world } = given(async () => AGAIN);
    poller.start();
    await settle();
    world.visibility.turn(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(poller.phase).toBe('hidden');
    world.visibility.turn(false);
    await settle();
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('also when it was hidden during a call', async () => {
    let answer: (verdict: Verdict) => void = () => {};
    const { asked, poller, world } = given(() => new Promise((resolve) => (answer = resolve)));
    poller.start();
    world.visibility.turn(true);
    answer(AGAIN);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(poller.phase).toBe('hidden');
  });

  it('but honours what is left of Retry-After when shown', async () => {
    const { asked, poller, world } = given(async () => ({ final: false, retryAfterMs: 5_000 }));
    poller.start();
    await settle();
    world.visibility.turn(true);
    await vi.advanceTimersByTimeAsync(2_000);
    world.visibility.turn(false);
    await vi.advanceTimersByTimeAsync(2_999);
    expect(asked).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveBeenCalledTimes(2);
  });
});

describe('Poller meets failures', () => {
  it('recovers from one that passes, and starts its backoff anew', async () => {
    let call = 0;
    const { poller } = given(async () => {
      call += 1;
      if (call === 2) throw new Setback(true);
      return AGAIN;
    });
    poller.start();
    await vi.advanceTimersByTimeAsync(100);
    expect(poller.error).toBeInstanceOf(Setback);
    await vi.advanceTimersByTimeAsync(200);
    expect(poller.error).toBeNull();
    expect(poller.nextAtMs).toBe(400);
  });

  it('waits as a failure asks it to', async () => {
    const { poller } = given(() => Promise.reject(new Setback(true, 7_000)));
    poller.start();
    await settle();
    expect(poller.nextAtMs).toBe(7_100);
  });

  it('gives up after so many in a row and keeps the last', async () => {
    const { asked, poller } = given(() => Promise.reject(new Setback(true)));
    poller.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(3);
    expect(poller.phase).toBe('gave-up');
    expect(poller.error).toBeInstanceOf(Setback);
  });

  it('counts only failures in a row', async () => {
    let call = 0;
    const { asked, poller } = given(async () => {
      call += 1;
      if (call % 3 !== 0) throw new Setback(true);
      return AGAIN;
    });
    poller.start();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked.mock.calls.length).toBeGreaterThan(6);
    expect(poller.phase).not.toBe('gave-up');
    poller.stop();
  });

  it('gives up at once on one that cannot pass, or that it does not know', async () => {
    for (const error of [new Setback(false), new TypeError('a bug')]) {
      const { asked, poller } = given(() => Promise.reject(error));
      poller.start();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(asked).toHaveBeenCalledTimes(1);
      expect(poller.phase).toBe('gave-up');
      expect(poller.error).toBe(error);
    }
  });

  it('begins anew when started again', async () => {
    let broken = true;
    const { poller } = given(async () => {
      if (broken) throw new Setback(true);
      return FINAL;
    });
    poller.start();
    await vi.advanceTimersByTimeAsync(60_000);
    broken = false;
    poller.start();
    await settle();
    expect(poller.phase).toBe('finished');
    expect(poller.error).toBeNull();
  });
});
