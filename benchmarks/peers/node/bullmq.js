// BullMQ: `node bullmq.js worker CONCURRENCY`, or HOW COUNT to submit.
//
// https://docs.bullmq.io/guide/queues/auto-removal-of-jobs: what is done is not kept;
// https://docs.bullmq.io/guide/workers/concurrency. Its events stay on: there is no switch for them.
import { Queue, Worker } from 'bullmq';
import { done } from './marks.js';
import { submit } from './submitting.js';

const url = new URL(process.env.QUEUE_REDIS_URL);
const connection = { host: url.hostname, port: Number(url.port), password: url.password };

if (process.argv[2] === 'worker') {
	new Worker('trivial', async () => done(), { connection, concurrency: Number(process.argv[3]) });
} else {
	const queue = new Queue('trivial', {
		connection,
		defaultJobOptions: { removeOnComplete: true, removeOnFail: true }
	});
	await queue.waitUntilReady();
	const jobs = (count) => Array.from({ length: count }, () => ({ name: 'trivial', data: {} }));
	await submit(
		() => queue.add('trivial', {}),
		(count) => queue.addBulk(jobs(count))
	);
}
