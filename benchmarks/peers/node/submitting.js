// How jobs are submitted, as in `queues/submitting.py`: `single`, `fifty`, `batched` or `idle`, and how many.
import { setTimeout as sleep } from 'node:timers/promises';
import { nextMark, now } from './marks.js';

const CALLERS = 50;
const BATCH = 1000;
const WARM_UP = 10;

/** Submits `count` jobs, and returns how many a second. */
async function rate(how, count, one, many) {
	await one();
	const began = now();
	if (how === 'batched') {
		for (let left = count - 1; left > 0; left -= BATCH) await many(Math.min(BATCH, left));
	} else {
		let left = count - 1;
		const caller = async () => {
			while (left-- > 0) await one();
		};
		await Promise.all(Array.from({ length: how === 'fifty' ? CALLERS : 1 }, caller));
	}
	return (count - 1) / (now() - began);
}

/** Submits one job after another, each when all is quiet, and returns what each took, in ms. */
async function waits(count, one) {
	const all = [];
	for (let number = 0; number < WARM_UP + count; number += 1) {
		await sleep(5 + 10 * Math.random());
		const began = now();
		await one();
		all.push((nextMark() - began) * 1000);
	}
	return all.slice(WARM_UP);
}

/** Does what the command line says. */
export async function submit(one, many) {
	const [how, count] = [process.argv[2], Number(process.argv[3])];
	const figures = how === 'idle' ? await waits(count, one) : await rate(how, count, one, many);
	console.log(JSON.stringify(figures));
	process.exit(0);
}
