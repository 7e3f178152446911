import { expect, it, vi } from 'vitest';
import { LabMissing, Rejected, Unreachable } from './errors.ts';
import { type Fetch, Http } from './http.ts';
import { LabApi } from './lab.ts';

type Answer = (path: string, init: RequestInit) => Response;

function given(answer: Answer) {
  const fetch = vi.fn<Fetch>(async (url, init) =>
    answer(String(url).replace('https://api.test/api/v1/lab', ''), init ?? {})
  );
  const sent = () => fetch.mock.calls.map(([url, init]) => ({ url: String(url), init }));
  return { lab: new LabApi(new Http('https://api.test', fetch)), sent };
}

const json = (body: object, status = 200) => Response.json(body, { status });

function problem(status: number): Response {
  const text = { type: 't', title: 'Title', detail: 'Detail', request_id: 'r', definite: true };
  const headers = { 'Content-Type': 'application/problem+json' };
  return new Response(JSON.stringify({ ...text, status }), { status, headers });
}

const about = (token = 'secret') => json({ token, experiments: 16, version: '1' });
const tokenOf = (init?: RequestInit) => new Headers(init?.headers).get('X-Fiblab-Lab');

it('asks for the token once, and shows it in every order', async () => {
  const { lab, sent } = given((path) => (path === '' ? about() : json({ items: [] })));
  await lab.order('worker 2', 'kill');
  await lab.order('redis', 'freeze');
  expect(sent().map(({ url }) => url.replace('https://api.test', ''))).toEqual([
    '/api/v1/lab',
    '/api/v1/lab/processes/worker%202/kill',
    '/api/v1/lab/processes/redis/freeze'
  ]);
  expect(sent().map(({ init }) => tokenOf(init))).toEqual([null, 'secret', 'secret']);
  expect(sent()[1]?.init).toMatchObject({ method: 'POST', body: '{}' });
});

it('tells a server without the lab from one that is gone, and asks again later', async () => {
  const answers = [() => problem(404), () => Promise.reject(new TypeError('gone'))];
  const fetch = vi.fn<Fetch>(async () => answers.shift()?.() ?? about());
  const lab = new LabApi(new Http('https://api.test', fetch));
  await expect(lab.processes()).rejects.toBeInstanceOf(LabMissing);
  await expect(lab.processes()).rejects.toBeInstanceOf(Unreachable);
  expect((await lab.about()).token).toBe('secret');
});

it('takes the new token of a server that was started anew, and repeats what was refused', async () => {
  const tokens = ['old', 'new'];
  const { lab, sent } = given((path, init) => {
    if (path === '') return about(tokens.shift());
    return tokenOf(init) === 'new' ? json({ items: [] }) : problem(403);
  });
  expect(await lab.order('worker', 'kill')).toEqual([]);
  expect(sent()).toHaveLength(4);
});

it('gives up where the token was not what was wrong', async () => {
  const { lab, sent } = given((path) => (path === '' ? about() : problem(403)));
  await expect(lab.order('worker', 'kill')).rejects.toBeInstanceOf(Rejected);
  expect(sent()).toHaveLength(3);
});

it('begins a run with what was predicted', async () => {
  const { lab, sent } = given((path) => (path === '' ? about() : json({ run: 'r-1' }, 201)));
  expect(await lab.startRun('crash', { choice: 0 })).toBe('r-1');
  expect(sent()[1]?.init?.body).toBe('{"experiment":"crash","choice":0}');
});

it('resumes a run’s stream after the line that was read last', async () => {
  const { lab, sent } = given((path) => (path === '' ? about() : new Response('')));
  await lab.openRun('r-1', '17', new AbortController().signal);
  expect(sent()[1]?.url).toMatch(/\/runs\/r-1\/stream$/);
  expect(new Headers(sent()[1]?.init?.headers).get('Last-Event-ID')).toBe('17');
});

it('reads a source file as text', async () => {
  const { lab, sent } = given((path) => (path === '' ? about() : new Response('local x')));
  expect(await lab.source('queue/lua/claim.lua')).toBe('local x');
  expect(sent()[1]?.url).toMatch(/\/lab\/source\/queue\/lua\/claim.lua$/);
});
