import { afterEach, describe, expect, it, vi } from 'vitest';
import { problemError, Unreachable } from '#lib/api/errors.ts';
import type { RunListed } from '#lib/api/lab-types.ts';
import { asStream, BUNDLE, LINES } from '#lib/experiments/recorded-run.test-kit.ts';
import { DRAW_MS, ExperimentRun, type RunWorld } from './experiment-run.svelte.ts';
import { HandStream } from './hand-stream.test-kit.ts';
import { handWorld, settle } from './world.test-kit.ts';

const RUNNING: RunListed = {
  ...{ run: 'crash-7', experiment: 'crash', seed: 7, state: 'running' },
  started_at: '2026-11-24T16:00:00Z'
};

/** A lab whose runs, streams and bundle a test sets by hand. */
function given(lab: Partial<RunWorld['lab']> = {}) {
  const streams: (HandStream & { after: string | null })[] = [];
  const onEnded = vi.fn();
  const calls = {
    startRun: vi.fn(lab.startRun ?? (async () => 'crash-7')),
    runs: vi.fn(lab.runs ?? (async () => [RUNNING])),
    cancelRun: vi.fn(async () => {}),
    bundle: vi.fn(lab.bundle ?? (async () => BUNDLE)),
    openRun: async (_run: string, after: string | null, signal: AbortSignal) => {
      streams.push(Object.assign(new HandStream(signal), { after }));
      return (streams.at(-1) as HandStream).response;
    }
  };
  const run = new ExperimentRun({ ...handWorld(), lab: calls, onEnded });
  return { run, streams, calls, onEnded };
}

const refusal = (status: number) =>
  problemError(
    {
      ...{ type: '/problems/x', title: 'T', status, detail: 'D.', request_id: 'r', definite: true }
    },
    null
  );

afterEach(() => vi.useRealTimers());

describe('ExperimentRun', () => {
  it('starts a run with the prediction, and shows it as it comes', async () => {
    const { run, streams, calls } = given();
    await run.start('crash', { choice: 2, seed: 7 });
    expect(calls.startRun).toHaveBeenCalledWith('crash', { choice: 2, seed: 7 });
    await settle();
    await streams[0]?.send(asStream(LINES.slice(0, 6)));
    expect(run.view).toBeNull();
    await vi.advanceTimersByTimeAsync(DRAW_MS);
    expect(run.view?.arms[0]).toMatchObject({ stage: 'starting Redis and PostgreSQL' });
    expect(run).toMatchObject({ id: 'crash-7', phase: 'running' });
    run.stop();
  });

  it('ends with the verdict, and gets the bundle once the lab counts the run as over', async () => {
    const { run, streams, calls, onEnded } = given();
    await run.start('crash', {});
    await settle();
    await streams[0]?.send(asStream(LINES));
    expect(run).toMatchObject({ phase: 'ended', bundle: null });
    expect(run.view?.verdict?.outcome).toBe('valid');
    expect(calls.bundle).not.toHaveBeenCalled();
    calls.runs.mockResolvedValue([{ ...RUNNING, state: 'ended' }]);
    await vi.advanceTimersByTimeAsync(300);
    expect(run.bundle).toBe(BUNDLE);
    expect(onEnded).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('goes on after the last line when the connection is lost', async () => {
    const { run, streams } = given();
    await run.start('crash', {});
    await settle();
    await streams[0]?.send(asStream(LINES.slice(0, 5)));
    await streams[0]?.cut();
    expect(run.feed?.stale).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(streams[1]?.after).toBe('5');
    await streams[1]?.send(asStream(LINES.slice(5), 6));
    expect(run.view?.arms.map(({ happenings }) => happenings.length)).toEqual([13, 10]);
    expect(run.phase).toBe('ended');
  });

  it('ignores lines that it does not understand', async () => {
    const { run, streams } = given();
    await run.start('crash', {});
    await settle();
    await streams[0]?.send('id: 1\nevent: noise\ndata: {no json\n\n');
    await streams[0]?.send(asStream(LINES, 2));
    expect(run.phase).toBe('ended');
  });

  it('draws nothing while it is paused, and all of it afterwards', async () => {
    const { run, streams } = given();
    await run.start('crash', {});
    await settle();
    run.togglePause();
    await streams[0]?.send(asStream(LINES.slice(0, 8)));
    await vi.advanceTimersByTimeAsync(10 * DRAW_MS);
    expect(run.view).toBeNull();
    run.togglePause();
    expect(run.view?.arms[0]?.happenings).toHaveLength(6);
    run.stop();
  });

  it('offers to watch the run for which a new one has to wait', async () => {
    const startRun = () => Promise.reject(refusal(409));
    const { run } = given({ startRun });
    await run.start('zombie', {});
    expect(run).toMatchObject({ phase: 'idle', other: RUNNING, problem: null });
  });

  it('keeps why a run could not be started', async () => {
    const lost = new Unreachable('down');
    const { run } = given({ startRun: () => Promise.reject(lost) });
    await run.start('crash', {});
    expect(run).toMatchObject({ phase: 'idle', other: null, problem: lost });
  });
});

describe('A run is found again', () => {
  it('after a reload, while it is under way', async () => {
    const { run, streams } = given();
    await run.resume('crash');
    await settle();
    expect(streams[0]?.after).toBeNull();
    expect(run).toMatchObject({ id: 'crash-7', phase: 'running' });
    run.stop();
  });

  it('but one of another experiment is only told of', async () => {
    const { run } = given();
    await run.resume('zombie');
    expect(run).toMatchObject({ id: null, phase: 'idle', other: RUNNING });
  });

  it('by its address after its end, from what the lab has kept', async () => {
    const { run } = given({ runs: async () => [{ ...RUNNING, state: 'ended' }] });
    await run.show('crash-7');
    expect(run).toMatchObject({ phase: 'ended', bundle: BUNDLE });
    expect(run.view?.verdict?.outcome).toBe('valid');
  });

  it('by its address where the list is too short to name it', async () => {
    const { run } = given({ runs: async () => [] });
    await run.show('crash-7');
    expect(run.phase).toBe('ended');
  });

  it('by its address where it was cancelled: there is nothing to show', async () => {
    const { run, calls } = given({ runs: async () => [{ ...RUNNING, state: 'cancelled' }] });
    await run.show('crash-7');
    expect(run).toMatchObject({ phase: 'cancelled', view: null });
    expect(calls.bundle).not.toHaveBeenCalled();
  });

  it('or not at all, and says so', async () => {
    const gone = refusal(404);
    const { run } = given({ runs: async () => [], bundle: () => Promise.reject(gone) });
    await run.show('crash-1');
    expect(run).toMatchObject({ phase: 'idle', problem: gone });
  });
});

describe('A run is over without a verdict', () => {
  it.each(['cancelled', 'failed'] as const)(
    'when its last line says why it was %s',
    async (state) => {
      const { run, streams, calls, onEnded } = given();
      await run.start('crash', {});
      await settle();
      const last = { type: 'end', outcome: 'unclear', why: 'The run broke off.' } as const;
      await streams[0]?.send(asStream([...LINES.slice(0, 5), last]));
      expect(run.phase).toBe('running');
      calls.runs.mockResolvedValue([{ ...RUNNING, state }]);
      await vi.advanceTimersByTimeAsync(300);
      expect(run).toMatchObject({ phase: state, bundle: null });
      expect(run.view?.verdict?.why).toBe('The run broke off.');
      expect(calls.bundle).not.toHaveBeenCalled();
      expect(onEnded).not.toHaveBeenCalled();
    }
  );

  it.each(['cancelled', 'failed'] as const)(
    'when its stream has ended and it was %s',
    async (state) => {
      const { run, streams, calls } = given();
      await run.start('crash', {});
      await settle();
      await streams[0]?.send(asStream(LINES.slice(0, 5)));
      calls.runs.mockResolvedValue([{ ...RUNNING, state }]);
      await streams[0]?.cut();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(run.phase).toBe(state);
      expect(vi.getTimerCount()).toBe(0);
    }
  );

  it('when the learner cancels it, as soon as the lab has healed it', async () => {
    const { run, streams, calls } = given();
    await run.start('crash', {});
    await settle();
    await run.cancel();
    expect(calls.cancelRun).toHaveBeenCalledWith('crash-7');
    expect(run).toMatchObject({ phase: 'running', cancelling: true });
    calls.runs.mockResolvedValue([{ ...RUNNING, state: 'cancelled' }]);
    await streams[0]?.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run.phase).toBe('cancelled');
  });
});

it('leaves nothing behind when the page is left', async () => {
  const { run, streams } = given();
  await run.start('crash', {});
  await settle();
  await streams[0]?.send(asStream(LINES.slice(0, 5)));
  run.stop();
  expect(streams[0]?.signal.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
