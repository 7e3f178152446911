import { expect, it } from 'vitest';
import { BundleError } from '#lib/experiments/bundle.ts';
import { BUNDLE } from '#lib/experiments/recorded-run.test-kit.ts';
import { OpenedBundle } from './opened-bundle.svelte.ts';

const file = (text: string, name = 'run.json', size = text.length) => ({
  ...{ name, size, text: async () => text }
});

it('opens a file that a learner has picked', async () => {
  const opened = new OpenedBundle();
  await opened.openFile(file(JSON.stringify(BUNDLE)));
  expect(opened).toMatchObject({ bundle: BUNDLE, name: 'run.json', problem: null, opening: false });
});

it('says what is wrong with a foreign file, and opens the next all the same', async () => {
  const opened = new OpenedBundle();
  await opened.openFile(file('GIF89a', 'cat.gif'));
  expect(opened.bundle).toBeNull();
  expect(opened.problem).toBeInstanceOf(BundleError);
  await opened.openFile(file(JSON.stringify(BUNDLE)));
  expect(opened).toMatchObject({ bundle: BUNDLE, problem: null });
});

it('does not read a file that is far too large for a run', async () => {
  const opened = new OpenedBundle();
  const huge = { name: 'film.json', size: 5e9, text: () => Promise.reject(new Error('read')) };
  await opened.openFile(huge);
  expect(opened.problem).toMatchObject({ message: expect.stringContaining('5000 MB') });
});

it('shows what was opened last, whichever was read first', async () => {
  const opened = new OpenedBundle();
  let finishSlow: (text: string) => void = () => {};
  const slow = opened.openAddress('/slow', () => new Promise((resolve) => (finishSlow = resolve)));
  await opened.openFile(file(JSON.stringify({ ...BUNDLE, seed: 8 })));
  finishSlow(JSON.stringify(BUNDLE));
  await slow;
  expect(opened.bundle?.seed).toBe(8);
});

it('keeps why an address gave nothing', async () => {
  const opened = new OpenedBundle();
  const refusal = new RangeError('elsewhere');
  await opened.openAddress('//elsewhere', () => Promise.reject(refusal));
  expect(opened).toMatchObject({ bundle: null, problem: refusal });
});
