import type { Happened } from './run-log.ts';

/** Faults that last until they are undone. */
const LASTING = new Set(['killed', 'terminated', 'frozen', 'stopped', 'cut', 'struck']);
/** What undoes a fault of the same target. */
const UNDOING = new Set(['thawed', 'healed', 'started', 'ready']);

/** A fault and how long it lasted. */
export interface Outage {
  who: string;
  kind: string;
  detail: string | null;
  fromMs: number;
  /** Equal to `fromMs` for a fault of one moment; null where nothing has undone it. */
  toMs: number | null;
}

/** Every fault of an arm, in the order in which they struck. */
export function outagesOf(happenings: readonly Happened[]): Outage[] {
  const outages: Outage[] = [];
  for (const happening of happenings) {
    const { source, kind, who = 'system', at_ms } = happening;
    if (source !== 'fault' && source !== 'process') continue;
    if (UNDOING.has(kind)) undo(outages, who, at_ms);
    else if (source === 'fault') outages.push(struck(happening));
  }
  return outages;
}

function struck({ kind, who = 'system', detail, at_ms }: Happened): Outage {
  const toMs = LASTING.has(kind) ? null : at_ms;
  return { who, kind, detail: detail ?? null, fromMs: at_ms, toMs };
}

function undo(outages: Outage[], who: string, atMs: number): void {
  for (const outage of outages) {
    if (outage.who === who && outage.toMs === null) outage.toMs = atMs;
  }
}
