import type { Experiment } from '#lib/api/lab-types.ts';

/** How a learner stands with an experiment, by its last run. */
export type Standing = 'untried' | 'passed' | 'surprised' | 'watched' | 'broken' | 'unclear';

/** Passed: the verdict was valid, and the prediction right. */
export function standingOf({ last }: Pick<Experiment, 'last'>): Standing {
  if (!last) return 'untried';
  if (last.outcome !== 'valid') return last.outcome;
  if (last.right === undefined) return 'watched';
  return last.right ? 'passed' : 'surprised';
}

export const FILTERS = ['all', 'untried', 'passed', 'open'] as const;
export type Filter = (typeof FILTERS)[number];

/** `open` are those that ran and were not passed. */
export function isShown(standing: Standing, filter: Filter): boolean {
  if (filter === 'all') return true;
  if (filter === 'open') return standing !== 'untried' && standing !== 'passed';
  return standing === filter;
}

/** A filter as an address names it; `all` where it names none that exists. */
export function readFilter(text: string | null): Filter {
  return FILTERS.find((filter) => filter === text) ?? 'all';
}
