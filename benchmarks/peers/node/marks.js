// What every trivial job does, as in `queues/marks.py`: the first and the last leave the time, or each.
import { openSync, readSync, writeSync } from 'node:fs';

const last = Number(process.env.QUEUE_LAST ?? 0); // 0: each
// For reading too, as a pipe would otherwise be waited for; a file is written at its end.
const file = openSync(process.env.QUEUE_MARKS ?? '/dev/null', 'a+');
let number = 0;

/** CLOCK_MONOTONIC, in seconds. */
export const now = () => Number(process.hrtime.bigint()) / 1e9;

/** Notes that a job was done. */
export function done() {
	number += 1;
	if (last !== 0 && number !== 1 && number !== last) return;
	const mark = Buffer.alloc(8);
	mark.writeDoubleLE(now());
	writeSync(file, mark);
}

/** Waits until a job has left its mark in the pipe; returns its time. */
export function nextMark() {
	const mark = Buffer.alloc(8);
	readSync(file, mark, 0, 8, null);
	return mark.readDoubleLE();
}
