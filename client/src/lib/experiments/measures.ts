import type { Arm } from '#lib/api/lab-types.ts';
import type { ArmLog, Happened } from './run-log.ts';
import { formatMoment } from './time-axis.ts';

/** Places along the bottom of a curve: as many as still stand apart at half a page's width. */
const PLACES = 120;

interface Measured {
  kind: string;
  title: string;
  unit: string;
}

/** A number that was taken again and again: a curve over time for each arm. */
export interface Curve extends Measured {
  places: string[];
  series: { arm: Arm; values: (number | null)[] }[];
}

/** A number that was taken of several things, such as of 1, 2 and 4 workers. */
export interface Comparison extends Measured {
  categories: string[];
  series: { arm: Arm; values: (number | null)[] }[];
}

/** Every number over time, in the order in which they were first taken. */
export function curvesOf(arms: readonly ArmLog[], lengthMs: number): Curve[] {
  const places = Array.from({ length: PLACES + 1 }, (_, at) =>
    formatMoment(Math.round((at * lengthMs) / PLACES / 10) * 10)
  );
  return kindsOf(arms, (measure) => !isOfSomething(measure)).map((kind) => ({
    ...namesOf(kind),
    places,
    series: arms.flatMap((arm) => {
      const taken = arm.happenings.filter((measure) => measure.kind === kind && isMeasure(measure));
      return taken.length > 0 ? [{ arm: arm.name, values: overTime(taken, lengthMs) }] : [];
    })
  }));
}

/** Every number that names what it was taken of; the latest counts. */
export function comparisonsOf(arms: readonly ArmLog[]): Comparison[] {
  return kindsOf(arms, isOfSomething).map((kind) => {
    const byArm = arms.map((arm) => ({ arm: arm.name, values: byWho(arm, kind) }));
    const categories = [...new Set(byArm.flatMap(({ values }) => [...values.keys()]))];
    const series = byArm
      .filter(({ values }) => values.size > 0)
      .map(({ arm, values }) => ({
        arm,
        values: categories.map((who) => values.get(who) ?? null)
      }));
    return { ...namesOf(kind), categories, series };
  });
}

/** A client is nothing to compare: its numbers are those of the moment at which it came. */
function isOfSomething({ who }: Happened): boolean {
  return who !== undefined && !who.startsWith('client');
}

function isMeasure({ source, value }: Happened): boolean {
  return source === 'measure' && value !== undefined;
}

function kindsOf(arms: readonly ArmLog[], wanted: (measure: Happened) => boolean): string[] {
  const all = arms.flatMap(({ happenings }) => happenings);
  return [
    ...new Set(
      all.filter((measure) => isMeasure(measure) && wanted(measure)).map(({ kind }) => kind)
    )
  ];
}

function byWho({ happenings }: ArmLog, kind: string): Map<string, number> {
  const taken = happenings.filter((measure) => measure.kind === kind && isMeasure(measure));
  return new Map(taken.map(({ who = '', value = 0 }) => [who, value]));
}

/**
 * The values at evenly spaced places. Of several at one place the highest stands, for a peak must
 * not get lost; where none was taken the one before goes on, until the last.
 */
function overTime(taken: readonly Happened[], lengthMs: number): (number | null)[] {
  const values: (number | null)[] = Array.from({ length: PLACES + 1 }, () => null);
  let last = 0;
  for (const { at_ms, value = 0 } of taken) {
    const at = Math.min(PLACES, Math.round((at_ms / Math.max(1, lengthMs)) * PLACES));
    values[at] = Math.max(value, values[at] ?? value);
    last = at;
  }
  for (let at = 1; at <= last; at += 1) values[at] ??= values[at - 1] ?? null;
  return values;
}

/** Units by which names end, the longer ones first; "in_50_ms" says of what, and is no unit. */
const UNITS: [RegExp, string][] = [
  [/_per_s$/, 'per second'],
  [/(?<!\d)_ms$/, 'ms'],
  [/(?<!\d)_mb$/, 'MB'],
  [/(?<!\d)_s$/, 's'],
  [/(?<!\d)_bytes$/, 'bytes']
];

/** Names that say too little by themselves. */
const NAMES: Record<string, Omit<Measured, 'kind'>> = {
  depth: { title: 'Jobs in the queue', unit: 'jobs' }
};

/** "latency_ms" -> "Latency", "ms"; a name without a unit counts something. */
function namesOf(kind: string): Measured {
  if (NAMES[kind]) return { kind, ...NAMES[kind] };
  const known = UNITS.find(([pattern]) => pattern.test(kind));
  const words = (known ? kind.replace(known[0], '') : kind).replaceAll('_', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return { kind, title, unit: known?.[1] ?? 'count' };
}
