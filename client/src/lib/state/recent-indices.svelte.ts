import { type Stored, stored } from '#lib/browser/stored.ts';

/** An index whose value this browser has seen. */
export interface RecentIndex {
  index: number;
  digitCount: number;
}

/** Entries: what fits beside the cards without scrolling. */
const MAX_RECENT = 12;

/** The indices seen last, newest first, remembered by this browser alone. */
export class RecentIndices {
  list = $state.raw<RecentIndex[]>([]);

  constructor(private readonly storage: Stored<RecentIndex[]> = browserStorage()) {
    this.list = storage.read() ?? [];
  }

  add(index: number, digitCount: number): void {
    const others = this.list.filter((entry) => entry.index !== index);
    this.#keep([{ index, digitCount }, ...others].slice(0, MAX_RECENT));
  }

  clear(): void {
    this.#keep([]);
  }

  #keep(list: RecentIndex[]): void {
    this.list = list;
    this.storage.write(list);
  }
}

function browserStorage(): Stored<RecentIndex[]> {
  return stored(
    'fiblab.recent',
    (value): value is RecentIndex[] => Array.isArray(value) && value.every(isRecentIndex)
  );
}

function isRecentIndex(value: unknown): value is RecentIndex {
  const entry = value as Partial<RecentIndex> | null;
  return Number.isSafeInteger(entry?.index) && Number.isSafeInteger(entry?.digitCount);
}
