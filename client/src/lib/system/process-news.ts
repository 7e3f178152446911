import type { LabProcess } from '#lib/api/lab-types.ts';

/** Says what has changed with processes between two looks: a sentence for each that is worth one. */
export function processNews(before: readonly LabProcess[], after: readonly LabProcess[]): string[] {
  return after.flatMap((now) => {
    const then = before.find(({ name }) => name === now.name);
    if (!then) return before.length > 0 ? [`${now.name} has joined.`] : [];
    if (then.state === 'ended' && now.state === 'running') return [`${now.name} is back.`];
    if (then.state === 'running' && now.state === 'ended') return [`${now.name} has ended.`];
    if (then.state === 'frozen' && now.state === 'running') return [`${now.name} has thawed.`];
    return then.pid !== now.pid && now.state === 'running' ? [`${now.name} is back.`] : [];
  });
}
