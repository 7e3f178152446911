import { actorOf } from './actors.ts';
import type { Happened } from './run-log.ts';

export type Tone = 'good' | 'bad' | 'lit' | 'quiet';
export type Shape = 'tick' | 'cross' | 'diamond' | 'ring';

/** How a kind of happening is drawn: in the upper or the lower half of its lane. */
export interface MarkStyle {
  tone: Tone;
  shape: Shape;
  half: 'upper' | 'lower';
}

/** Happenings of one kind and actor that stand so near to each other that they are one mark. */
export interface Mark extends MarkStyle {
  actor: string;
  kind: string;
  /** When the first of them happened. */
  atMs: number;
  count: number;
  /** From 0 to 1: how many they are, against the most crowded mark of their kind. */
  weight: number;
}

/** Measures have charts, faults have bands; asking how a job stands is no news. */
const STYLES: Record<string, MarkStyle> = {
  requested: { tone: 'quiet', shape: 'tick', half: 'upper' },
  accepted: { tone: 'quiet', shape: 'tick', half: 'lower' },
  answered: { tone: 'quiet', shape: 'tick', half: 'lower' },
  refused: { tone: 'bad', shape: 'tick', half: 'lower' },
  failed: { tone: 'bad', shape: 'cross', half: 'lower' },
  enqueued: { tone: 'quiet', shape: 'tick', half: 'upper' },
  due: { tone: 'lit', shape: 'tick', half: 'upper' },
  expired: { tone: 'bad', shape: 'cross', half: 'lower' },
  dead: { tone: 'bad', shape: 'diamond', half: 'lower' },
  claimed: { tone: 'lit', shape: 'tick', half: 'upper' },
  completed: { tone: 'good', shape: 'tick', half: 'lower' },
  retrying: { tone: 'bad', shape: 'tick', half: 'lower' },
  released: { tone: 'quiet', shape: 'tick', half: 'lower' },
  discarded: { tone: 'quiet', shape: 'cross', half: 'lower' },
  ready: { tone: 'good', shape: 'ring', half: 'upper' },
  ended: { tone: 'bad', shape: 'ring', half: 'lower' }
};

/** How a happening is drawn as a mark; undefined for one that is not. */
function styleOf({ source, kind, detail = '' }: Happened): MarkStyle | undefined {
  if (source === 'fault' || source === 'measure') return undefined;
  const style = STYLES[kind];
  const isValue = source === 'client' && / done$/.test(detail);
  return style && isValue ? { ...style, tone: 'good' } : style;
}

/**
 * Marks of these happenings, those of one kind and actor within `binMs` as one.
 *
 * The bins are doubled until at most `most` marks are left.
 */
export function marksOf(happenings: readonly Happened[], binMs: number, most: number): Mark[] {
  for (let bin = binMs; ; bin *= 2) {
    const marks = binned(happenings, bin);
    if (marks.length <= most || bin > (happenings.at(-1)?.at_ms ?? 0)) return weighed(marks);
  }
}

function binned(happenings: readonly Happened[], binMs: number): Mark[] {
  const marks = new Map<string, Mark>();
  for (const happening of happenings) {
    const { kind, at_ms: atMs } = happening;
    const style = styleOf(happening);
    const actor = actorOf(happening);
    if (!style || actor === null) continue;
    const key = `${actor}/${kind}/${style.tone}/${Math.floor(atMs / binMs)}`;
    const mark = marks.get(key);
    if (mark) mark.count += 1;
    else marks.set(key, { ...style, actor, kind, atMs, count: 1, weight: 1 });
  }
  return [...marks.values()];
}

function weighed(marks: Mark[]): Mark[] {
  const most = new Map<string, number>();
  for (const { kind, count } of marks) most.set(kind, Math.max(count, most.get(kind) ?? 1));
  return marks.map((mark) => ({
    ...mark,
    weight: Math.sqrt(mark.count / (most.get(mark.kind) ?? 1))
  }));
}
