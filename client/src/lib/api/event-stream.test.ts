import { describe, expect, it } from 'vitest';
import { EventStreamParser, readEventStream } from './event-stream.ts';

const STREAM = [
  'retry: 1000\n\n',
  ': still here\n\n',
  'id: 7-0\nevent: transitions\ndata: {"kind":"claimed"}\n\n',
  'data: two\ndata: lines\n\n'
].join('');

const EVENTS = [
  { id: '7-0', type: 'transitions', data: '{"kind":"claimed"}' },
  { id: '7-0', type: 'message', data: 'two\nlines' }
];

describe('EventStreamParser', () => {
  it('reads events, and keeps the last id for those without one', () => {
    const parser = new EventStreamParser();
    expect(parser.push(STREAM)).toEqual(EVENTS);
    expect(parser.retryMs).toBe(1_000);
  });

  it.each(['\n', '\r\n', '\r'])(
    'reads the same wherever it is cut, its lines ending in %j',
    (end) => {
      const text = STREAM.replaceAll('\n', end) + ':';
      for (let at = 0; at <= text.length; at += 1) {
        const parser = new EventStreamParser();
        expect([...parser.push(text.slice(0, at)), ...parser.push(text.slice(at))]).toEqual(EVENTS);
      }
    }
  );

  it('drops what never came to its end, and an event without data', () => {
    const parser = new EventStreamParser();
    expect(parser.push('event: gap\n\ndata: whole\n\ndata: half')).toEqual([
      { id: '', type: 'message', data: 'whole' }
    ]);
  });

  it('ignores fields that it does not know, and a wait that is no number', () => {
    const parser = new EventStreamParser();
    expect(parser.push('hello: world\nretry: soon\ndata\n\n')).toEqual([
      { id: '', type: 'message', data: '' }
    ]);
    expect(parser.retryMs).toBeNull();
  });
});

describe('readEventStream', () => {
  it('yields for each piece, also for one that only says where to go on', async () => {
    const pieces = ['id: 0-0\n\n', 'id: 1\ndata: a\n', '\n'];
    const bytes = new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
        controller.close();
      }
    });
    const heard = [];
    const ids = [];
    for await (const { events, lastEventId } of readEventStream(new Response(bytes))) {
      heard.push(events);
      ids.push(lastEventId);
    }
    expect(ids).toEqual(['0-0', '1', '1']);
    expect(heard).toEqual([[], [], [{ id: '1', type: 'message', data: 'a' }]]);
  });
});
