import { describe, expect, it } from 'vitest';
import { LabMissing, problemError, TimedOut, Unreachable, Unreadable } from '#lib/api/errors.ts';
import type { Problem } from '#lib/api/types.gen.ts';
import { describeProblem } from './problem-text.ts';

const refusal = (problem: Partial<Problem>) =>
  problemError(
    {
      ...{ type: '/problems/x', title: 'Title', status: 422, detail: 'Detail.' },
      ...{ request_id: 'r-1', definite: true },
      ...problem
    },
    null
  );

describe('describeProblem', () => {
  it.each([
    ['no network', new Unreachable(''), false, 'You are offline', 'goes on by itself'],
    ['no server', new Unreachable(''), true, 'cannot be reached', './fiblab up'],
    ['no answer', new TimedOut(''), true, 'did not answer in time', 'never counted twice'],
    ['a proxy’s page', new Unreadable(''), true, 'made no sense', 'proxy'],
    ['no lab', new LabMissing(''), true, 'without the lab', './fiblab up'],
    ['a crowd', refusal({ status: 429 }), true, 'Too many requests', 'Nothing is lost'],
    ['a defect', refusal({ status: 500 }), true, 'broke on the server', 'Retrying may help'],
    ['a full queue', refusal({ status: 503 }), true, 'Title', 'Nothing was counted'],
    [
      'an unknown outcome',
      refusal({ status: 503, definite: false }),
      true,
      'Title',
      'never counted twice'
    ],
    ['a refusal', refusal({}), true, 'Title', 'Detail.']
  ])('says what happened and what to do about %s', (_case, error, online, title, advice) => {
    const text = describeProblem(error, online);
    expect(text.title).toContain(title);
    expect(text.advice).toContain(advice);
  });

  it('prefers the reasons of fields to the summary of them', () => {
    const errors = [{ field: 'index', reason: 'Too large.' }];
    expect(describeProblem(refusal({ errors }), true).advice).toBe('Too large.');
  });

  it('names the request where the server did, for whoever reads its logs', () => {
    expect(describeProblem(refusal({}), true).requestId).toBe('r-1');
    expect(describeProblem(new TimedOut(''), true).requestId).toBeNull();
  });
});
