import { expect, it, vi } from 'vitest';
import { Rejected } from './errors.ts';
import { type Fetch, Http } from './http.ts';
import { JobsApi } from './jobs.ts';

function given(status: number, body: object) {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  const fetch = vi.fn<Fetch>(
    async () => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': type } })
  );
  return { fetch, api: new JobsApi(new Http('https://api.test', fetch)) };
}

const problem = (status: number) => ({
  ...{ type: 't', title: 'Title', detail: 'Detail.', request_id: 'r', definite: true, status }
});

it('asks for what is asked, and for nothing else', async () => {
  const { api, fetch } = given(200, { items: [] });
  await api.jobs({ state: 'ready', lane: null, cursor: null }, 50);
  await api.jobs({ state: null, lane: 'heavy', cursor: '50' }, 50);
  await api.deadLetters(null, 100);
  expect(fetch.mock.calls.map(([url]) => url)).toEqual([
    'https://api.test/api/v1/jobs?state=ready&limit=50',
    'https://api.test/api/v1/jobs?lane=heavy&cursor=50&limit=50',
    'https://api.test/api/v1/dead-letters?limit=100'
  ]);
});

it('takes 404 for a job that nobody knows', async () => {
  expect(await given(404, problem(404)).api.job(77)).toBeNull();
});

it('sends the indices as JSON, with the operator’s token where there is one', async () => {
  const items = [{ index: 40, outcome: 'requeued' }];
  const { api, fetch } = given(200, { items });
  expect(await api.change('requeue', [40], null)).toEqual(items);
  await api.change('discard', [40], 'secret');
  const [plain, withToken] = fetch.mock.calls;
  expect(plain?.[0]).toBe('https://api.test/api/v1/dead-letters/requeue');
  expect(plain?.[1]).toMatchObject({ method: 'POST', body: '{"indices":[40]}' });
  expect(plain?.[1]?.headers).not.toHaveProperty('Authorization');
  expect(withToken?.[1]).toMatchObject({ headers: { Authorization: 'Bearer secret' } });
});

it('throws what the server says where one may not operate', async () => {
  await expect(given(401, problem(401)).api.change('discard', [1], null)).rejects.toThrow(Rejected);
});
