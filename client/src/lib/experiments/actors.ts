import type { Happened } from './run-log.ts';

/** Transitions that the queue makes by itself: whichever worker called is not their actor. */
const BY_THE_QUEUE = new Set(['enqueued', 'due', 'expired', 'dead', 'discarded']);

/** Parts of the system; a fault may also strike what lies between two of them. */
const PART = /^(server|worker|redis|postgres)(-\d+)?$/;

/** From the one who asks to where things are kept, as the request travels. */
const ORDER = [/^clients$/, /^server/, /^queue$/, /^worker/, /^redis/, /^postgres/];

/**
 * Who did it, or to whom it was done: the lane it is drawn in. Null where there is no such lane: a
 * measure has no actor, and a fault between two parts strikes neither of them.
 */
export function actorOf({ source, kind, who = '' }: Happened): string | null {
  if (source === 'measure') return null;
  if (source === 'client') return 'clients';
  if (source === 'queue') return BY_THE_QUEUE.has(kind) ? 'queue' : who || 'queue';
  return PART.test(who) ? who : null;
}

/** All actors of these happenings, in the order of their lanes. */
export function actorsOf(happenings: readonly Happened[]): string[] {
  const seen = new Set<string>();
  for (const happening of happenings) {
    const actor = actorOf(happening);
    if (actor !== null) seen.add(actor);
  }
  return [...seen].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b, 'en', { numeric: true }));
}

function rank(actor: string): number {
  const at = ORDER.findIndex((pattern) => pattern.test(actor));
  return at < 0 ? ORDER.length : at;
}
