import { formatCount } from '#lib/fibonacci/digit-groups.ts';
import type { Mark } from './lane-marks.ts';
import type { Lease } from './leases.ts';
import type { Outage } from './outages.ts';
import { formatMoment } from './time-axis.ts';

/** A fault of many kinds is named by its detail, such as FLUSHALL; any other by what was done. */
export function nameOf({ who, kind, detail }: Outage): string {
  return kind === 'struck' && detail ? detail : `${who} ${kind}`;
}

export function titleOfOutage(outage: Outage): string {
  const { who, detail, fromMs, toMs } = outage;
  const what = `${nameOf(outage)}, ${outage.kind === 'struck' ? who : (detail ?? 'a fault')},`;
  if (toMs === null) return `${what} from ${formatMoment(fromMs)} to the end`;
  if (toMs === fromMs) return `${what} at ${formatMoment(fromMs)}`;
  return `${what} from ${formatMoment(fromMs)} to ${formatMoment(toMs)}`;
}

export function titleOfLease({ job, attempt, who, fromMs, toMs, ending }: Lease): string {
  const end = toMs === null ? 'never ended' : `${ending} at ${formatMoment(toMs)}`;
  return `Job ${job}, attempt ${attempt}: ${who} from ${formatMoment(fromMs)}, ${end}`;
}

export function titleOfMarks(marks: readonly Mark[]): string {
  const [{ actor, kind, atMs }] = marks as [Mark];
  const count = marks.reduce((sum, mark) => sum + mark.count, 0);
  const times = count === 1 ? '' : `${formatCount(count)} × `;
  return `${times}${kind} (${actor}) ${marks.length === 1 ? 'at' : 'from'} ${formatMoment(atMs)}`;
}
