/** Each bucket ends a tenth above where it begins, so what is read from it is at most 5 % off. */
const GROWTH = 1.1;
/** Milliseconds: whatever takes longer counts as this long. */
const LONGEST_MS = 3_600_000;
const BUCKETS = bucketOf(LONGEST_MS) + 1;

/** The three that people who run services look at. */
export interface Quantiles {
  p50: number;
  p95: number;
  p99: number;
}

/**
 * How long things took, in buckets that grow by a tenth: 160 numbers, however many are counted.
 * (The idea of G. Tene's HdrHistogram: a bounded relative error over a range of many sizes.)
 */
export class DurationHistogram {
  count = 0;
  readonly #buckets = new Uint32Array(BUCKETS);

  /** Counts a duration in milliseconds; a negative one, of clocks that disagree, counts as 0. */
  add(ms: number): void {
    const bucket = Math.min(BUCKETS - 1, bucketOf(Math.max(0, ms)));
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.count += 1;
  }

  addAll(other: DurationHistogram): void {
    other.#buckets.forEach((count, at) => {
      this.#buckets[at] = (this.#buckets[at] ?? 0) + count;
    });
    this.count += other.count;
  }

  clear(): void {
    this.#buckets.fill(0);
    this.count = 0;
  }

  /** Milliseconds within which these shares of all were over; null where nothing was counted. */
  quantiles(): Quantiles | null {
    if (this.count === 0) return null;
    return { p50: this.#quantile(0.5), p95: this.#quantile(0.95), p99: this.#quantile(0.99) };
  }

  #quantile(share: number): number {
    let left = Math.ceil(share * this.count);
    const bucket = this.#buckets.findIndex((count) => (left -= count) <= 0);
    return middleOf(bucket);
  }
}

/** Bucket 0 holds what took less than a millisecond, by a clock of whole milliseconds. */
function bucketOf(ms: number): number {
  return ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / Math.log(GROWTH) + 1e-9);
}

function middleOf(bucket: number): number {
  return bucket === 0 ? 0 : GROWTH ** (bucket - 0.5);
}
