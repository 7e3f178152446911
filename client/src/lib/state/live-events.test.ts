import { afterEach, expect, it, vi } from 'vitest';
import type { Gap, Transitions } from '#lib/api/events.ts';
import { HandStream } from './hand-stream.test-kit.ts';
import { LiveEvents } from './live-events.svelte.ts';
import { handWorld, settle } from './world.test-kit.ts';

async function given() {
  const streams: HandStream[] = [];
  const open = async (_lastEventId: string | null, signal: AbortSignal) => {
    streams.push(new HandStream(signal));
    return streams.at(-1)?.response ?? Response.error();
  };
  const batches: Transitions[][] = [];
  const gaps: Gap[] = [];
  const live = new LiveEvents(
    { ...handWorld(), open },
    { onTransitions: (batch) => batches.push(batch), onGap: (gap) => gaps.push(gap) }
  );
  live.start();
  await settle();
  return { live, batches, gaps, send: (text: string) => streams.at(-1)?.send(text) };
}

function claimed(...indices: number[]): string {
  const jobs = indices.map((index) => ({ index, detail: '1' }));
  const data = { at: '1970-01-01T00:00:00.005Z', at_ms: 5, kind: 'claimed', worker: 'w', jobs };
  return `id: 5-0\nevent: transitions\ndata: ${JSON.stringify(data)}\n\n`;
}

afterEach(() => vi.useRealTimers());

it('hands over together what came together', async () => {
  const { live, batches, send } = await given();
  await send(claimed(40, 41) + claimed(42));
  expect(batches.map((batch) => batch.map(({ jobs }) => jobs.length))).toEqual([[2, 1]]);
  live.stop();
});

it('goes on receiving while it is paused, and counts what came', async () => {
  const { live, batches, send } = await given();
  live.pause();
  await send(claimed(40, 41));
  await send(claimed(42));
  expect(live).toMatchObject({ paused: true, missed: 3 });
  expect(batches).toHaveLength(2);
  live.resume();
  expect(live).toMatchObject({ paused: false, missed: 0 });
  live.stop();
});

it('tells of what the queue had forgotten before it could be read', async () => {
  const { live, gaps, send } = await given();
  await send('id: 9-0\nevent: gap\ndata: {"from":"3-0","to":"9-0"}\n\n');
  expect(gaps).toEqual([{ from: '3-0', to: '9-0' }]);
  expect(live.gaps).toBe(1);
  live.stop();
});

it('passes over events of kinds that it does not know', async () => {
  const { live, batches, send } = await given();
  await send('event: weather\ndata: sunny\n\n');
  expect(batches).toEqual([]);
  live.stop();
});
