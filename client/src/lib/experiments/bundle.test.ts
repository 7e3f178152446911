import { describe, expect, it } from 'vitest';
import { BundleError, readBundle } from './bundle.ts';
import { BUNDLE } from './recorded-run.test-kit.ts';

const WHOLE = JSON.stringify(BUNDLE);
const changed = (change: object) => JSON.stringify({ ...BUNDLE, ...change });
const withArm = (arm: unknown) => changed({ arms: { with: arm } });

describe('readBundle', () => {
  it('reads what the lab has written', () => {
    expect(readBundle(WHOLE)).toEqual(BUNDLE);
  });

  it('reads a run of one arm, and without a prediction', () => {
    const { with: only } = BUNDLE.arms;
    const bundle = readBundle(changed({ prediction: undefined, arms: { with: only } }));
    expect(Object.keys(bundle.arms)).toEqual(['with']);
  });

  it.each([
    ['an empty file', '', 'no run bundle'],
    ['a picture', '\u0089PNG\r\n', 'no run bundle'],
    ['half a bundle', WHOLE.slice(0, -40), 'ends too early'],
    ['a JSON list', '[]', 'no run of the lab'],
    ['some other JSON', '{"name":"x"}', 'no run of the lab'],
    ['a future format', changed({ format: 2 }), 'format 2'],
    ['no experiment', changed({ experiment: null }), 'does not name its experiment'],
    ['no arms', changed({ arms: {} }), 'has no arm'],
    ['no verdict', changed({ outcome: 'perhaps' }), 'has no verdict'],
    ['an arm that is none', withArm([]), '“with” is empty'],
    ['no happenings', withArm({ checks: [] }), 'has no happenings'],
    [
      'a happening without a time',
      withArm({ happenings: [{ source: 'queue', kind: 'due' }], checks: [] }),
      'number 1'
    ],
    [
      'a happening before time began',
      withArm({ happenings: [{ at_ms: -1, source: 'queue', kind: 'due' }], checks: [] }),
      'number 1'
    ],
    [
      'a check without evidence',
      withArm({ happenings: [], checks: [{ id: 'a', says: 'b' }] }),
      'check'
    ]
  ])('refuses %s, and says what to do', (_case, text, words) => {
    expect(() => readBundle(text)).toThrow(BundleError);
    expect(() => readBundle(text)).toThrow(words);
    expect(() => readBundle(text)).toThrow(/Download|Choose|Open it/);
  });
});
