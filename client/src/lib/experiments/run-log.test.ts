import { expect, it } from 'vitest';
import type { RunLine } from '#lib/api/lab-types.ts';
import { BEGIN, BROKEN, BUNDLE, HOLDS, LINES, WITH, WITHOUT } from './recorded-run.test-kit.ts';
import { lengthOf, RunLog, viewOfBundle } from './run-log.ts';

function folded(lines: readonly RunLine[]) {
  const log = new RunLog();
  for (const line of lines) log.take(line);
  return log;
}

it('is nothing before the run has begun', () => {
  expect(folded(LINES.slice(1)).view()).toBeNull();
});

it('tells both arms, their checks, how they were healed, and the verdict', () => {
  const view = folded(LINES).view();
  expect(view).toMatchObject({ run: 'crash-7', seed: 7, current: 'without' });
  expect(view?.arms.map(({ name, healed }) => [name, healed])).toEqual([
    ['with', 'Nothing is frozen.'],
    ['without', 'Nothing is frozen.']
  ]);
  expect(view?.arms[0]).toMatchObject({ happenings: WITH, checks: [HOLDS] });
  expect(view?.arms[1]).toMatchObject({ happenings: WITHOUT, checks: [BROKEN] });
  expect(view?.verdict).toEqual({ outcome: 'valid', why: 'All held, and the twin broke.' });
});

it('says which arm is being played, and what is done for it', () => {
  const view = folded(LINES.slice(0, 2)).view();
  expect(view?.current).toBe('with');
  expect(view?.arms.map(({ stage }) => stage)).toEqual(['starting Redis and PostgreSQL', null]);
});

it('brings what came late into the order of time', () => {
  const late = { type: 'happening', arm: 'with', source: 'queue', kind: 'due', at_ms: 5 } as const;
  const view = folded([...LINES.slice(0, 6), late]).view();
  expect(view?.arms[0]?.happenings.map(({ at_ms }) => at_ms)).toEqual([0, 5, 20, 30, 40]);
});

it('ignores lines that a newer lab may send', () => {
  const unknown = { type: 'weather', arm: 'with', text: 'rain' } as unknown as RunLine;
  const strange = { type: 'stage', arm: 'sideways', text: 'x' } as unknown as RunLine;
  expect(folded([BEGIN, unknown, strange]).view()).toMatchObject({ verdict: null });
});

it('begins anew when the stream does', () => {
  const twice = folded([...LINES, ...LINES]).view();
  expect(twice).toEqual(folded(LINES).view());
});

it('hands out views that no later line changes', () => {
  const log = folded(LINES.slice(0, 5));
  const early = log.view();
  for (const line of LINES.slice(5)) log.take(line);
  expect(early?.arms[0]?.happenings).toHaveLength(3);
});

it('hands out the same arm again while nothing new has come to it', () => {
  const log = folded(LINES.slice(0, -8));
  const [before] = log.view()?.arms ?? [];
  for (const line of LINES.slice(-8)) log.take(line);
  const [after, twin] = log.view()?.arms ?? [];
  expect(after).toBe(before);
  expect(twin?.checks).toMatchObject([BROKEN]);
});

it('tells a bundle as the run that it was', () => {
  const live = folded(LINES).view();
  const told = viewOfBundle(BUNDLE);
  expect(told.verdict).toEqual(live?.verdict);
  expect(told.arms.map(({ happenings }) => happenings)).toEqual([WITH, WITHOUT]);
  expect(lengthOf(told.arms)).toBe(6_000);
});

it('tells a bundle of one arm alone', () => {
  const { with: only } = BUNDLE.arms;
  expect(viewOfBundle({ ...BUNDLE, arms: { ...(only && { with: only }) } }).arms).toHaveLength(1);
});
