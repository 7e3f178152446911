/** Values of one name; those of all series of a chart stand at the same places. */
export interface Series {
  name: string;
  /** `null` where there is none. */
  values: readonly (number | null)[];
}

/** How a series is told from its neighbours, with and without colour. */
export interface SeriesLook {
  colour: string;
  /** `stroke-dasharray` of its line. */
  dash: string;
  /** How its bars are filled. */
  fill: 'solid' | 'hatched' | 'dotted' | 'hollow';
}

const LOOKS: SeriesLook[] = [
  { colour: 'var(--series-1)', dash: '', fill: 'solid' },
  { colour: 'var(--series-2)', dash: '7 5', fill: 'hatched' },
  { colour: 'var(--series-3)', dash: '1.5 5', fill: 'dotted' },
  { colour: 'var(--series-4)', dash: '11 4 1.5 4', fill: 'hollow' }
];

/** The look of the series at this place; a fifth would look like the first, so draw no more. */
export function lookOf(at: number): SeriesLook {
  return LOOKS[at % LOOKS.length] as SeriesLook;
}
