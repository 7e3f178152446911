import { createSubscriber } from 'svelte/reactivity';

/** Milliseconds: a stopwatch with one decimal. */
const TICK_MS = 100;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, TICK_MS);
  return () => clearInterval(timer);
});

/** The time now, in milliseconds since the epoch; read in a template it keeps moving. */
export function tickingNow(): number {
  subscribe();
  return Date.now();
}
