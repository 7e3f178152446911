// bee-queue: `node bee_queue.js worker CONCURRENCY`, or HOW COUNT to submit.
//
// https://github.com/bee-queue/bee-queue#settings: no events are sent or received, jobs are not kept,
// neither in memory nor when they have succeeded. A stalled job runs again, as its worker looks for them.
import Queue from 'bee-queue';
import { done } from './marks.js';
import { submit } from './submitting.js';

const isWorker = process.argv[2] === 'worker';
const queue = new Queue('trivial', {
	redis: process.env.QUEUE_REDIS_URL,
	isWorker,
	getEvents: false,
	sendEvents: false,
	storeJobs: false,
	removeOnSuccess: true
});
await queue.ready();

if (isWorker) {
	queue.checkStalledJobs(5000);
	queue.process(Number(process.argv[3]), async () => done());
} else {
	const jobs = (count) => Array.from({ length: count }, () => queue.createJob({}));
	await submit(
		() => queue.createJob({}).save(),
		(count) => queue.saveAll(jobs(count))
	);
}
