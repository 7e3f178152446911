// Group commit: while one batch is being committed the next one gathers. One connection, one
// statement a batch; every caller waits for the commit that holds its row.

import { RECORD_MANY } from './features.js';

const LIMIT = 500;

export class GroupCommit {
  #client;
  #gathering = [];
  #committing = false;

  // `client` is a connected pg.Client that nobody else uses.
  constructor(client) {
    this.#client = client;
  }

  record(id, index, done) {
    return new Promise((resolve, reject) => {
      this.#gathering.push({ id, index, done, resolve, reject });
      if (!this.#committing) this.#commitAll();
    });
  }

  async #commitAll() {
    this.#committing = true;
    while (this.#gathering.length > 0) await this.#commitBatch(this.#gathering.splice(0, LIMIT));
    this.#committing = false;
  }

  async #commitBatch(batch) {
    const columns = [batch.map((each) => each.id), batch.map((each) => each.index), batch.map((each) => each.done)];
    try {
      await this.#client.query({ name: 'record_many', text: RECORD_MANY, values: columns });
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
