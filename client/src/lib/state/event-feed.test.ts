import { afterEach, describe, expect, it, vi } from 'vitest';
import { problemError } from '#lib/api/errors.ts';
import type { ServerEvent } from '#lib/api/event-stream.ts';
import { EventFeed } from './event-feed.svelte.ts';
import { HandStream } from './hand-stream.test-kit.ts';
import { handWorld, settle } from './world.test-kit.ts';

function given(open?: () => Promise<Response>) {
  const streams: HandStream[] = [];
  const asked = vi.fn(async (_lastEventId: string | null, signal: AbortSignal) => {
    if (open) return open();
    const stream = new HandStream(signal);
    streams.push(stream);
    return stream.response;
  });
  const got: ServerEvent[] = [];
  const feed = new EventFeed({ ...handWorld(), open: asked }, (events) => got.push(...events));
  feed.start();
  return { feed, streams, got, askedAfter: () => asked.mock.calls.map(([id]) => id) };
}

afterEach(() => vi.useRealTimers());

describe('EventFeed', () => {
  it('hands over what comes, in order', async () => {
    const { feed, streams, got } = given();
    await settle();
    await streams[0]?.send('id: 1\ndata: a\n\nid: 2\ndata: b\n\n');
    expect(got.map(({ data }) => data)).toEqual(['a', 'b']);
    expect(feed).toMatchObject({ phase: 'open', stale: false, error: null });
    feed.stop();
  });

  it('goes on after the last event when the connection is cut, and is stale meanwhile', async () => {
    const { feed, streams, got, askedAfter } = given();
    await settle();
    await streams[0]?.send('retry: 400\n\nid: 7-0\ndata: a\n\n');
    await streams[0]?.cut();
    expect(feed).toMatchObject({ phase: 'waiting', stale: true });
    await vi.advanceTimersByTimeAsync(199);
    expect(askedAfter()).toEqual([null]);
    await vi.advanceTimersByTimeAsync(1);
    expect(askedAfter()).toEqual([null, '7-0']);
    await streams[1]?.send('id: 7-1\ndata: b\n\n');
    expect(feed.stale).toBe(false);
    expect(got.map(({ id }) => id)).toEqual(['7-0', '7-1']);
    feed.stop();
  });

  it('goes on from where the server said it began, though nothing has happened since', async () => {
    const { feed, streams, askedAfter } = given();
    await settle();
    await streams[0]?.send('id: 5-0\n\n');
    await streams[0]?.cut();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(askedAfter()).toEqual([null, '5-0']);
    feed.stop();
  });

  it('waits longer with each failure, and no longer than its cap', async () => {
    const { feed, askedAfter } = given(() => Promise.reject(new TypeError('refused')));
    await vi.advanceTimersByTimeAsync(500 + 1_000 + 2_000);
    expect(askedAfter()).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(askedAfter()).toHaveLength(16);
    expect(feed.error).toBeInstanceOf(TypeError);
    feed.stop();
  });

  it('begins its waits anew once a connection has been good', async () => {
    const { feed, streams, askedAfter } = given();
    for (let cuts = 0; cuts < 4; cuts += 1) {
      await settle();
      await streams.at(-1)?.send(': still here\n\n');
      await streams.at(-1)?.cut();
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(askedAfter()).toHaveLength(5);
    feed.stop();
  });

  it('takes a comment for a sign of life, and replaces a connection that gives none', async () => {
    const { feed, streams, askedAfter } = given();
    await settle();
    await streams[0]?.send('id: 1\ndata: a\n\n');
    await vi.advanceTimersByTimeAsync(14_000);
    await streams[0]?.send(': still here\n\n');
    await vi.advanceTimersByTimeAsync(14_000);
    expect(feed.stale).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(feed.stale).toBe(true);
    expect(streams[0]?.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(500);
    expect(askedAfter()).toEqual([null, '1']);
    feed.stop();
  });

  it('gives up where trying again cannot help, until somebody asks it to', async () => {
    const text = { type: 't', title: 't', detail: 'd', request_id: 'r', definite: true };
    const refused = problemError({ ...text, status: 403 }, null);
    const { feed, askedAfter } = given(() => Promise.reject(refused));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(feed).toMatchObject({ phase: 'gave-up', stale: true, error: refused });
    expect(askedAfter()).toHaveLength(1);
    feed.retryNow();
    expect(askedAfter()).toHaveLength(2);
    feed.stop();
  });

  it('leaves nothing behind when it is stopped', async () => {
    const { feed, streams, got } = given();
    await settle();
    feed.stop();
    await streams[0]?.send('data: late\n\n');
    expect(streams[0]?.signal.aborted).toBe(true);
    expect(got).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
