import { formatCount } from '#lib/fibonacci/digit-groups.ts';
import type { ActivitySnapshot, Way } from '#lib/system/activity.ts';
import type { WorkerPart } from '#lib/system/parts.ts';
import type { Curve, Point, Topology, WorkerPlace } from '#lib/system/topology.ts';

/** One line of the map, and the ways of jobs that it shows. */
export interface MapWay {
  id: string;
  /** What goes here, for the table. */
  name: string;
  /** A worker that was replaced had other names in the queue: all of them end in one place. */
  ways: Way[];
  curve: Curve;
  /** Whether something went wrong when a job goes here. */
  bad: boolean;
  /** Where its rate is written; null: somewhere else, or nowhere. */
  label: Label | null;
}

export interface Label {
  at: Point;
  anchor: 'start' | 'middle' | 'end';
}

/** All lines of the map along which jobs are seen moving. */
export function mapWays(map: Topology, workers: readonly WorkerPart[]): MapWay[] {
  const upright = map.width < map.height;
  const fixed: MapWay[] = [
    way(
      'requests',
      'Requests, from clients to the server',
      map.requests,
      beside(map.requests, upright)
    ),
    way(
      'enqueued',
      'Enqueued, from the server to the queue',
      map.enqueued,
      beside(map.enqueued, upright)
    ),
    way('recorded', 'Recorded, from the server to PostgreSQL', map.recorded, null),
    way('dead', 'Given up, from the queue to the dead letters', map.dead, null, true)
  ];
  return [...fixed, ...workers.flatMap((worker, at) => waysOf(worker, map.workers[at]))];
}

function waysOf(worker: WorkerPart, place: WorkerPlace | undefined): MapWay[] {
  if (!place) return [];
  const { id, name, queueNames } = worker;
  const to = (kind: 'claimed' | 'completed' | 'returned'): Way[] =>
    queueNames.map((queueName): Way => `${kind}:${queueName}`);
  return [
    {
      ...{ id: `claimed ${id}`, name: `Claimed, by ${name}`, ways: to('claimed') },
      ...{ curve: place.claimed, bad: false, label: null }
    },
    {
      ...{ id: `completed ${id}`, name: `Completed, by ${name}`, ways: to('completed') },
      ...{ curve: place.completed, bad: false, label: null }
    },
    {
      ...{ id: `returned ${id}`, name: `Back to the queue, from ${name}`, ways: to('returned') },
      ...{ curve: place.returned, bad: true, label: null }
    }
  ];
}

function way(id: Way, name: string, curve: Curve, label: Label | null, bad = false): MapWay {
  return { id, name, ways: [id], curve, bad, label };
}

/** Above the middle of a level line, to the right of an upright one's. */
function beside([[x1, y1], , , [x2, y2]]: Curve, upright: boolean): Label {
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return upright ? { at: [x + 12, y + 4], anchor: 'start' } : { at: [x, y - 10], anchor: 'middle' };
}

/** Jobs that went along a line, of a count by way. */
export function sumAlong(line: MapWay, counts: ReadonlyMap<Way, number>): number {
  return line.ways.reduce((sum, one) => sum + (counts.get(one) ?? 0), 0);
}

/** What goes in and out of a worker, or what it lost lately; empty while nothing happens. */
export function formatTraffic(
  { queueNames }: WorkerPart,
  { rates, lately }: Pick<ActivitySnapshot, 'rates' | 'lately'>
): string {
  const sum = (counts: ReadonlyMap<Way, number>, kind: 'claimed' | 'completed' | 'returned') =>
    queueNames.reduce((all, name) => all + (counts.get(`${kind}:${name}`) ?? 0), 0);
  const back = sum(lately, 'returned');
  if (back > 0) return `${formatCount(back)} back in the queue`;
  const taken = formatRate(sum(rates, 'claimed'));
  const done = formatRate(sum(rates, 'completed'));
  return taken || done ? `takes ${taken || '0/s'} · ends ${done || '0/s'}` : '';
}

/** A rate for people: 0 -> "", 0.4 -> "0.4/s", 1234.5 -> "1,235/s". */
export function formatRate(perSecond: number): string {
  if (perSecond < 0.05) return '';
  const digits = perSecond < 10 ? 1 : 0;
  return `${perSecond.toLocaleString('en', { maximumFractionDigits: digits })}/s`;
}
