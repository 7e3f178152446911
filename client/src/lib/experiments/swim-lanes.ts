import { type Mark, marksOf, outlineOf, type Shape, type Tone } from './lane-marks.ts';
import { rowsOf } from './lane-rows.ts';
import { type Ending, type Lease, leasesOf } from './leases.ts';
import { type Outage, outagesOf } from './outages.ts';
import type { Happened } from './run-log.ts';
import { nameOf, titleOfLease, titleOfMarks, titleOfOutage } from './lane-titles.ts';
import { type Tick, ticksOf } from './time-axis.ts';

/** CSS pixels; text is 12 px high, so a lane holds two rows of marks and a name beside it. */
const GUTTER = 84;
const RIGHT = 10;
const LANE = 38;
const NAME_ROW = 17;
const AXIS = 22;
const INSET = 4;
const CHARACTER = 6.6;
/** Pixels between two named moments of the axis. */
const TICK_GAP = 64;
/** Pixels within which marks of a kind become one: nearer than that an eye tells none apart. */
const BIN = 4;

/**
 * With lanes, ticks and names beside them an arm stays below 400 elements. Marks beyond it share
 * one outline for each kind and actor, at the price of no longer telling their moment one by one.
 */
const MAX_MARKS = 150;
const MAX_SPANS = 60;
const MAX_BANDS = 16;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface LaneBox extends Box {
  actor: string;
}

/** A fault from its first moment on: over all lanes until it is undone, and over its target's. */
export interface Band extends Box {
  key: string;
  name: string;
  /** Nothing undid it: a dead process darkens its own lane alone. */
  lasting: boolean;
  /** Where the name stands; null where there is no room for it. */
  nameAt: { x: number; y: number } | null;
  target: Box | null;
  title: string;
}

/** A lease from its claim to its end. */
export interface Span extends Box {
  key: string;
  ending: Ending | 'open';
  again: boolean;
  /** The job, where there is room for its name. */
  label: string;
  title: string;
}

/** One mark, or all marks of a kind and actor in one outline. */
export interface DrawnMark {
  key: string;
  tone: Tone;
  shape: Shape;
  outline: string;
  title: string;
}

/** Everything that one arm's timeline draws, in CSS pixels. */
export interface Swimlanes {
  width: number;
  height: number;
  /** Where time begins and ends. */
  from: number;
  to: number;
  lanes: LaneBox[];
  bands: Band[];
  spans: Span[];
  marks: DrawnMark[];
  ticks: (Tick & { x: number })[];
}

/** What both arms share, so that they compare: the same scale and the same lanes. */
export interface Frame {
  width: number;
  lengthMs: number;
  actors: readonly string[];
}

/** Places an arm's happenings; thousands of them become fewer, heavier marks. */
export function layOut(happenings: readonly Happened[], frame: Frame): Swimlanes {
  return new Layout(happenings, frame).swimlanes();
}

class Layout {
  readonly #from = GUTTER;
  readonly #to: number;
  readonly #outages: Outage[];
  readonly #leases: Lease[];
  readonly #top: number;
  readonly #bottom: number;

  constructor(
    private readonly happenings: readonly Happened[],
    private readonly frame: Frame
  ) {
    this.#to = Math.max(GUTTER + 60, frame.width - RIGHT);
    this.#outages = outagesOf(happenings).slice(0, MAX_BANDS);
    this.#leases = leasesOf(happenings);
    this.#top = 2 * NAME_ROW;
    this.#bottom = this.#top + frame.actors.length * LANE;
  }

  swimlanes(): Swimlanes {
    return {
      width: this.frame.width,
      height: this.#bottom + AXIS,
      from: this.#from,
      to: this.#to,
      lanes: this.frame.actors.map((actor) => this.#lane(actor)),
      bands: this.#bands(),
      spans: this.#spans(),
      marks: this.#marks(),
      ticks: this.#ticks()
    };
  }

  #x(atMs: number): number {
    const share = this.frame.lengthMs > 0 ? atMs / this.frame.lengthMs : 0;
    return this.#from + Math.min(1, share) * (this.#to - this.#from);
  }

  #lane(actor: string): LaneBox {
    const y = this.#top + this.frame.actors.indexOf(actor) * LANE;
    return { actor, x: this.#from, y, width: this.#to - this.#from, height: LANE };
  }

  #bands(): Band[] {
    const lastOfRow = [this.#from - CHARACTER, this.#from - CHARACTER];
    return this.#outages.map((outage, at) => {
      const x = this.#x(outage.fromMs);
      const width = Math.max(1.5, this.#x(outage.toMs ?? this.frame.lengthMs) - x);
      const name = nameOf(outage);
      const nameAt = this.#placeName(name, x, lastOfRow);
      const whole = { x, width, y: this.#top, height: this.#bottom - this.#top };
      const target = this.frame.actors.includes(outage.who)
        ? { x, width, y: this.#lane(outage.who).y, height: LANE }
        : null;
      const lasting = outage.toMs === null;
      return {
        ...whole,
        key: `${at}`,
        name,
        lasting,
        nameAt,
        target,
        title: titleOfOutage(outage)
      };
    });
  }

  /** A name starts where its fault does, in the first of two rows that is free there. */
  #placeName(name: string, x: number, lastOfRow: number[]): Band['nameAt'] {
    const width = name.length * CHARACTER;
    const start = Math.max(this.#from, Math.min(x, this.#to - width));
    const row = lastOfRow.findIndex((last) => last + CHARACTER <= start);
    if (row < 0) return null;
    lastOfRow[row] = start + width;
    return { x: start, y: this.#top - 5 - row * NAME_ROW };
  }

  #spans(): Span[] {
    return this.frame.actors.flatMap((actor) => {
      const held = this.#told().filter(({ who }) => who === actor);
      const { rows, rowOf } = rowsOf(held);
      const height = Math.min(18, (LANE - 2 * INSET) / rows - 1);
      const top = this.#lane(actor).y + (LANE - rows * (height + 1)) / 2;
      return held.map((lease, at) =>
        this.#span(lease, `${actor}/${at}`, top + (rowOf.get(lease) ?? 0) * (height + 1), height)
      );
    });
  }

  #span(lease: Lease, key: string, y: number, height: number): Span {
    const x = this.#x(lease.fromMs);
    const width = Math.max(2, this.#x(lease.toMs ?? this.frame.lengthMs) - x);
    const again = lease.attempt > 1;
    const name = again ? `${lease.job} · attempt ${lease.attempt}` : lease.job;
    const fits = height >= 12 && name.length * CHARACTER + 8 <= width;
    const ending = lease.ending ?? 'open';
    const label = fits ? name : '';
    return { x, y, width, height, key, ending, again, label, title: titleOfLease(lease) };
  }

  /** All leases, or, where they are too many, those that did not simply succeed. */
  #told(): Lease[] {
    if (this.#leases.length <= MAX_SPANS) return this.#leases;
    return this.#leases
      .filter(({ ending, attempt }) => ending !== 'completed' || attempt > 1)
      .slice(0, MAX_SPANS);
  }

  #marks(): DrawnMark[] {
    const msPerPixel = this.frame.lengthMs / (this.#to - this.#from);
    const shown = this.#leases.length <= MAX_SPANS ? this.#besidesLeases() : this.happenings;
    const marks = marksOf(shown, Math.max(1, BIN * msPerPixel)).filter(({ actor }) =>
      this.frame.actors.includes(actor)
    );
    if (marks.length <= MAX_MARKS) return marks.map((mark) => this.#drawn([mark]));
    const kinds = Map.groupBy(marks, ({ actor, kind, tone }) => `${actor}/${kind}/${tone}`);
    return [...kinds.values()].map((alike) => this.#drawn(alike));
  }

  /** What the spans do not show already. */
  #besidesLeases(): Happened[] {
    return this.happenings.filter(
      ({ source, kind, who }) =>
        !(source === 'queue' && who && ['claimed', 'completed', 'released'].includes(kind))
    );
  }

  /** Marks of one kind and actor in one outline. */
  #drawn(marks: readonly Mark[]): DrawnMark {
    const [{ actor, kind, tone, shape, atMs }] = marks as [Mark];
    const outline = marks.map((mark) => outlineOf(mark, this.#placeOf(mark))).join('');
    const key = `${actor}/${kind}/${tone}/${atMs}`;
    return { key, tone, shape, outline, title: titleOfMarks(marks) };
  }

  #placeOf({ actor, atMs, half }: Mark) {
    const middle = this.#lane(actor).y + LANE / 2;
    const height = LANE / 2 - INSET;
    return { x: this.#x(atMs), top: half === 'upper' ? middle - 1 - height : middle + 1, height };
  }

  #ticks(): Swimlanes['ticks'] {
    const most = Math.max(2, Math.floor((this.#to - this.#from) / TICK_GAP));
    return ticksOf(this.frame.lengthMs, most).map((tick) => ({ ...tick, x: this.#x(tick.atMs) }));
  }
}
