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

/** Marks of these happenings, those of one kind and actor within `binMs` as one. */
export function marksOf(happenings: readonly Happened[], binMs: number): Mark[] {
  return weighed(binned(happenings, binMs));
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

/** CSS pixels from the middle of a shape to its ends. */
const REACH = 4.5;

/** Where a mark is drawn: its half of the lane, in CSS pixels. */
export interface Place {
  x: number;
  top: number;
  height: number;
}

/** The outline of a mark. A tick grows from the middle of its lane: the more happened, the longer. */
export function outlineOf({ shape, half, weight }: Mark, { x, top, height }: Place): string {
  const middle = top + height / 2;
  const length = Math.max(4, height * weight);
  const at = x.toFixed(1);
  if (shape === 'tick' && half === 'upper') return `M${at} ${top + height}v${-length}`;
  if (shape === 'tick') return `M${at} ${top}v${length}`;
  if (shape === 'cross') {
    const [left, right] = [x - REACH, x + REACH].map((value) => value.toFixed(1));
    return `M${left} ${middle - REACH}l9 9M${right} ${middle - REACH}l-9 9`;
  }
  if (shape === 'diamond') return `M${at} ${middle - 5.5}l5.5 5.5l-5.5 5.5l-5.5 -5.5z`;
  return `M${(x - REACH).toFixed(1)} ${middle}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z`;
}
