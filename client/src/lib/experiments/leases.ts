import type { Happened } from './run-log.ts';

/** The transitions that end a lease. */
const ENDINGS = ['completed', 'expired', 'retrying', 'released', 'dead'] as const;
export type Ending = (typeof ENDINGS)[number];

/** One worker holding one job for a while. */
export interface Lease {
  job: string;
  attempt: number;
  who: string;
  fromMs: number;
  /** Null while it lasts, and for ever where nobody ended it. */
  toMs: number | null;
  ending: Ending | null;
}

/** Every lease that was taken, in the order of the claims. */
export function leasesOf(happenings: readonly Happened[]): Lease[] {
  const leases: Lease[] = [];
  const open = new Map<string, Lease>();
  for (const happening of happenings) {
    if (happening.source !== 'queue' || happening.job === undefined) continue;
    const { job } = happening;
    if (happening.kind === 'claimed') {
      const lease = begun(happening, job);
      leases.push(lease);
      open.set(job, lease);
    } else if (isEnding(happening.kind)) {
      const lease = open.get(job);
      if (lease) Object.assign(lease, { toMs: happening.at_ms, ending: happening.kind });
      open.delete(job);
    }
  }
  return leases;
}

/** Which claim of its job it is: 1 for the first; a claim's detail is the attempt. */
export function attemptOf({ detail }: Happened): number {
  return Number.parseInt(detail ?? '', 10) || 1;
}

function begun(claim: Happened, job: string): Lease {
  const { at_ms: fromMs, who = 'queue' } = claim;
  return { job, attempt: attemptOf(claim), who, fromMs, toMs: null, ending: null };
}

function isEnding(kind: string): kind is Ending {
  return (ENDINGS as readonly string[]).includes(kind);
}
