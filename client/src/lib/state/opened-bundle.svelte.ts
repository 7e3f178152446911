import type { RunBundle } from '#lib/api/lab-types.ts';
import { BundleError, MAX_BUNDLE_BYTES, readBundle } from '#lib/experiments/bundle.ts';

/** What is read of a file that the learner has picked. */
export type PickedFile = Pick<File, 'name' | 'size' | 'text'>;

/** A run bundle opened from a file or from an address; whatever was opened last counts. */
export class OpenedBundle {
  bundle = $state.raw<RunBundle | null>(null);
  /** Where it came from, as a person would name it. */
  name = $state.raw('');
  problem = $state.raw<unknown>(null);
  opening = $state.raw(false);

  #newest = 0;

  /** Opens a file; never throws. */
  async openFile(file: PickedFile): Promise<void> {
    await this.#open(file.name, async () => {
      if (file.size > MAX_BUNDLE_BYTES) {
        const megabytes = Math.round(file.size / 1_000_000);
        throw new BundleError(`This file has ${megabytes} MB: no run of the lab is that large.`);
      }
      return file.text();
    });
  }

  /** Opens what `fetchText` gets from an address; never throws. */
  async openAddress(address: string, fetchText: (address: string) => Promise<string>) {
    await this.#open(address, () => fetchText(address));
  }

  close(): void {
    this.#newest += 1;
    this.bundle = this.problem = null;
    this.opening = false;
  }

  async #open(name: string, read: () => Promise<string>): Promise<void> {
    this.close();
    const own = this.#newest;
    this.name = name;
    this.opening = true;
    try {
      const bundle = readBundle(await read());
      if (own === this.#newest) this.bundle = bundle;
    } catch (error) {
      if (own === this.#newest) this.problem = error;
    } finally {
      if (own === this.#newest) this.opening = false;
    }
  }
}
