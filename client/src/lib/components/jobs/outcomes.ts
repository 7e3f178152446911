import type { DeadLetterOutcome } from '#lib/api/jobs.ts';
import { formatCount } from '#lib/fibonacci/digit-groups.ts';

type Outcome = DeadLetterOutcome['outcome'];

/** What each outcome means, for one and for many. */
const MEANINGS: Record<Outcome, (count: string, isOne: boolean) => string> = {
  requeued: (count) => `${count} requeued, at the end of the line.`,
  discarded: (count) => `${count} discarded.`,
  full: (count, isOne) =>
    `${count} left: the queue is full. ${isOne ? 'It stays' : 'They stay'} here, try again later.`,
  absent: (count, isOne) =>
    `${count} absent: ${isOne ? 'it was' : 'they were'} requeued or discarded by somebody else.`
};

/** Tells what became of many: a sentence for each kind of outcome that there is. */
export function summarise(outcomes: readonly DeadLetterOutcome[]): string[] {
  const kinds = Object.keys(MEANINGS) as Outcome[];
  return kinds.flatMap((kind) => {
    const count = outcomes.filter(({ outcome }) => outcome === kind).length;
    return count === 0 ? [] : [MEANINGS[kind](formatCount(count), count === 1)];
  });
}
