import { expect, it } from 'vitest';
import type { LabProcess } from '#lib/api/lab-types.ts';
import { offersFor, questionTitle } from './process-orders.ts';

const process = (kind: LabProcess['kind'], state: LabProcess['state']): LabProcess => ({
  name: kind,
  kind,
  state
});
const orders = (kind: LabProcess['kind'], state: LabProcess['state']) =>
  offersFor(process(kind, state)).map(({ order }) => order);

it('offers what makes sense in the state that a process is in', () => {
  expect(orders('worker', 'running')).toEqual(['kill', 'freeze', 'stop']);
  expect(orders('worker', 'frozen')).toEqual(['thaw', 'kill']);
  expect(orders('redis', 'stopped')).toEqual(['start']);
  expect(orders('postgres', 'ended')).toEqual(['start']);
});

it('offers to kill the server, and nothing that the page could not take back', () => {
  expect(orders('server', 'running')).toEqual(['kill']);
  expect(orders('server', 'ended')).toEqual([]);
});

it('asks before it takes away what everybody needs, and only then', () => {
  const asked = (kind: LabProcess['kind'], state: LabProcess['state']) =>
    offersFor(process(kind, state)).map(({ question }) => question !== null);
  expect(asked('worker', 'running')).toEqual([false, false, false]);
  expect(asked('redis', 'running')).toEqual([true, true, true]);
  expect(asked('redis', 'frozen')).toEqual([false, true]);
  const [kill] = offersFor(process('redis', 'running'));
  expect(kill && questionTitle(process('redis', 'running'), kill)).toBe('Kill Redis?');
});

it('says what it did, and what follows', () => {
  const [kill, freeze, stop] = offersFor(process('worker', 'running'));
  expect(kill?.done).toContain('when their leases end');
  expect(freeze?.done).toContain('thaws within a minute');
  expect(stop?.done).toContain('until you start it');
});
