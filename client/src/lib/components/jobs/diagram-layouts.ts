import type { Place, WayId } from './job-path.ts';

export type Anchor = 'start' | 'middle' | 'end';

/** Where everything of the state diagram stands, in units of its view box. */
export interface DiagramLayout {
  width: number;
  height: number;
  /** Of a place's box; its middle is what `places` says. */
  box: { width: number; height: number };
  places: Record<Place, { x: number; y: number }>;
  /** A path and its label for each way. */
  ways: Record<WayId, { path: string; label: { x: number; y: number; anchor: Anchor } }>;
}

const label = (x: number, y: number, anchor: Anchor = 'middle') => ({ x, y, anchor });

/** From left to right, for a wide window. */
export const WIDE: DiagramLayout = {
  width: 850,
  height: 365,
  box: { width: 112, height: 48 },
  places: {
    asked: { x: 28, y: 130 },
    ready: { x: 190, y: 130 },
    leased: { x: 440, y: 130 },
    done: { x: 760, y: 130 },
    delayed: { x: 315, y: 240 },
    dead: { x: 620, y: 250 },
    discarded: { x: 785, y: 250 }
  },
  ways: {
    enqueue: { path: 'M39 130H128', label: label(82, 116) },
    claim: { path: 'M246 130H378', label: label(313, 120) },
    complete: { path: 'M496 130H698', label: label(598, 120) },
    expire: { path: 'M425 106C425 30 205 30 205 100', label: label(315, 40) },
    release: { path: 'M405 106C390 78 240 78 226 101', label: label(315, 77) },
    retry: { path: 'M425 154C425 215 410 240 377 240', label: label(412, 203, 'end') },
    due: { path: 'M259 240C225 240 207 215 206 160', label: label(216, 180, 'start') },
    fail: { path: 'M470 154C475 220 520 250 558 250', label: label(502, 205, 'start') },
    giveUp: {
      path: 'M188 154C188 275 240 305 320 305H545C590 305 600 298 602 280',
      label: label(430, 297)
    },
    requeue: {
      path: 'M640 274C640 330 600 345 540 345H300C200 345 168 280 168 160',
      label: label(430, 337)
    },
    discard: { path: 'M676 250H723', label: label(700, 240) }
  }
};

/** From top to bottom, for a phone. */
export const TALL: DiagramLayout = {
  width: 390,
  height: 560,
  box: { width: 100, height: 44 },
  places: {
    asked: { x: 185, y: 22 },
    ready: { x: 185, y: 100 },
    leased: { x: 185, y: 260 },
    done: { x: 105, y: 400 },
    delayed: { x: 298, y: 180 },
    dead: { x: 298, y: 400 },
    discarded: { x: 298, y: 530 }
  },
  ways: {
    enqueue: { path: 'M185 33V72', label: label(193, 58, 'start') },
    claim: { path: 'M185 122V232', label: label(193, 146, 'start') },
    complete: { path: 'M160 282C150 330 108 330 105 372', label: label(122, 330, 'end') },
    expire: { path: 'M135 262C40 262 40 106 129 106', label: label(66, 160) },
    release: { path: 'M160 238C122 215 122 145 157 127', label: label(126, 205, 'end') },
    retry: { path: 'M235 262C300 262 298 240 298 208', label: label(292, 284) },
    due: { path: 'M298 158C298 112 275 104 241 104', label: label(270, 96, 'start') },
    fail: { path: 'M215 282C225 345 292 330 297 372', label: label(270, 326, 'start') },
    giveUp: {
      path: 'M228 78C330 20 357 60 357 200V330C357 360 352 368 344 374',
      label: label(304, 40)
    },
    requeue: {
      path: 'M280 422C280 470 250 480 200 480H60C14 480 10 440 10 400V180C10 110 60 92 129 92',
      label: label(150, 472)
    },
    discard: { path: 'M310 422V502', label: label(318, 470, 'start') }
  }
};
