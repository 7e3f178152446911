import { afterEach, describe, expect, it, vi } from 'vitest';
import { LabMissing, Unreachable } from '#lib/api/errors.ts';
import type { LabProcess } from '#lib/api/lab-types.ts';
import { HandStream } from './hand-stream.test-kit.ts';
import { LiveSystem } from './live-system.svelte.ts';
import { handWorld, settle } from './world.test-kit.ts';

const DEPTH = {
  ...{ leased: 0, delayed: 0, dead: 0, bound: 100, paused: false },
  lanes: [{ lane: 'light', ready: 3, oldest_s: 0 }]
};
const USABLE = { usable: true, breaker: 'closed' };
const READINESS = { ready: true, draining: false, checks: { redis: USABLE, postgres: USABLE } };
const WORKER: LabProcess = { name: 'worker', kind: 'worker', state: 'running', pid: 7 };

async function given({ withLab = true } = {}) {
  const streams: HandStream[] = [];
  const system = {
    depth: vi.fn(async () => DEPTH),
    readiness: vi.fn(async () => READINESS),
    workers: vi.fn(async () => []),
    counts: vi.fn(async () => ({ requests: 10, recorded: 10 }))
  };
  let processes = [WORKER];
  const lab = {
    processes: vi.fn(async () => {
      if (!withLab) throw new LabMissing('no lab');
      return processes;
    }),
    order: vi.fn(async () => (processes = [{ ...WORKER, state: 'frozen' }]))
  };
  const events = {
    open: async (_after: string | null, signal: AbortSignal) => {
      streams.push(new HandStream(signal));
      return streams.at(-1)?.response ?? Response.error();
    }
  };
  const world = handWorld();
  const live = new LiveSystem({ ...world, events, system, lab });
  live.start();
  await settle();
  const send = (kind: string, indices: number[], worker?: string) => {
    const jobs = indices.map((index) => ({ index, detail: '' }));
    const data = JSON.stringify({ at: '', at_ms: Date.now(), kind, worker, jobs });
    return streams.at(-1)?.send(`event: transitions\ndata: ${data}\n\n`);
  };
  return { live, system, lab, send, tab: world.visibility };
}

afterEach(() => vi.useRealTimers());

describe('LiveSystem', () => {
  it('shows dots at once, and numbers and charts soon after', async () => {
    const { live, send } = await given();
    await send('enqueued', [1, 2]);
    expect(live.flow.shares('enqueued', Date.now())).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(live.activity.enqueued.at(-1)).toBe(2);
    expect(live.depths.at(-1)).toEqual(DEPTH);
    live.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('holds everything still while it is paused, and has missed nothing afterwards', async () => {
    const { live, send, system } = await given();
    live.togglePause();
    const shown = live.activity;
    await send('enqueued', [1, 2]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(live.activity).toBe(shown);
    expect(live.flow.shares('enqueued', Date.now())).toEqual([]);
    expect(live.live.missed).toBe(2);
    expect(system.depth).toHaveBeenCalledTimes(1);
    live.togglePause();
    await settle();
    expect(live.activity.totals.get('enqueued')).toBe(2);
    expect(system.depth).toHaveBeenCalledTimes(2);
    live.stop();
  });

  it('goes step by step, lighting the way of each, and moves nothing', async () => {
    const { live, send } = await given();
    live.show('steps');
    await send('enqueued', [1]);
    await send('claimed', [1], 'w1');
    expect(live.flow.shares('enqueued', Date.now())).toEqual([]);
    expect(live.steps.waiting).toBe(2);
    expect(live.step()).toBe(true);
    expect(live.lit).toEqual(['enqueued']);
    expect(live.step()).toBe(true);
    expect(live.lit).toEqual(['claimed:w1']);
    expect(live.step()).toBe(false);
    live.stop();
  });

  it('lets the last look stand in for a second whose look came late, and for no longer', async () => {
    const { live, system } = await given();
    system.depth.mockReturnValue(new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(5_500);
    expect(live.depths.slice(-5)).toEqual([DEPTH, DEPTH, DEPTH, null, null]);
    live.stop();
  });

  it('starts no dots in a tab that nobody sees', async () => {
    const { live, send, tab } = await given();
    tab.turn(true);
    await send('enqueued', [1]);
    expect(live.flow.shares('enqueued', Date.now())).toEqual([]);
    live.stop();
  });

  it('learns of requests from the server’s counters, also when those begin anew', async () => {
    const { live, system } = await given();
    system.counts.mockResolvedValueOnce({ requests: 14, recorded: 14 });
    system.counts.mockResolvedValueOnce({ requests: 1, recorded: 1 });
    system.counts.mockResolvedValue({ requests: 2, recorded: 2 });
    await vi.advanceTimersByTimeAsync(3_500);
    expect(live.activity.totals.get('requests')).toBe(5);
    live.stop();
  });

  it('gives an order, and shows at once what came of it', async () => {
    const { live, lab } = await given();
    await live.order('worker', 'freeze');
    expect(lab.order).toHaveBeenCalledWith('worker', 'freeze');
    expect(live.looks.processes).toEqual([{ ...WORKER, state: 'frozen' }]);
    live.stop();
  });

  it('takes a lost answer for obedience where the server was told to die', async () => {
    const { live, lab } = await given();
    lab.order.mockRejectedValue(new Unreachable('gone'));
    await expect(live.order('server', 'kill')).resolves.toBeUndefined();
    await expect(live.order('worker', 'kill')).rejects.toBeInstanceOf(Unreachable);
    live.stop();
  });

  it('asks a server without the lab for its processes once only', async () => {
    const { live, lab } = await given({ withLab: false });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(live.isLabMissing).toBe(true);
    expect(lab.processes).toHaveBeenCalledTimes(1);
    live.stop();
  });

  it('tells of a server that does not answer, and keeps what it knew', async () => {
    const { live, system } = await given();
    system.readiness.mockRejectedValue(new Unreachable('gone'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(live.looks.serverError).toBeInstanceOf(Unreachable);
    expect(live.looks.readiness).toEqual(READINESS);
    live.stop();
  });
});
