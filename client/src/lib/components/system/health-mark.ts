import type { Health } from '#lib/system/parts.ts';

/** A mark of 12 by 12 pixels for each state of health, told apart by its shape too. */
export const HEALTH_MARKS: Record<Health, { path: string; colour: string }> = {
  well: { path: 'M6 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z', colour: 'var(--good)' },
  weak: { path: 'M6 1.5 11 10.5H1Z', colour: 'var(--lit)' },
  down: { path: 'M2 2h8v8H2Z', colour: 'var(--bad)' },
  unknown: {
    path: 'M6 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Zm0 2a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z',
    colour: 'var(--edge)'
  }
};
