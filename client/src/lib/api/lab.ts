import { LabMissing, Rejected } from './errors.ts';
import { streamHeaders } from './events.ts';
import { type Http, readJson } from './http.ts';
import type {
  Experiment,
  ExperimentDetail,
  LabAbout,
  LabProcess,
  ProcessOrder,
  RunBundle,
  RunListed
} from './lab-types.ts';

const ROOT = '/api/v1/lab';
/** Carries the token; a page of another origin cannot set it. */
const TOKEN_HEADER = 'X-Fiblab-Lab';

/**
 * The lab's calls: faults, experiments, answers.
 *
 * Every method throws ApiError; on a server that runs without the lab, LabMissing.
 */
export class LabApi {
  #about: Promise<LabAbout> | null = null;

  constructor(private readonly http: Http) {}

  /** What this lab is, asked once: only a failure is asked again. */
  about(): Promise<LabAbout> {
    this.#about ??= this.#askAbout().catch((error: unknown) => {
      this.#about = null;
      throw error;
    });
    return this.#about;
  }

  async processes(signal?: AbortSignal): Promise<LabProcess[]> {
    return this.#items<LabProcess>('/processes', signal);
  }

  /** Does something to a process, and returns all of them as they stand then. */
  async order(name: string, order: ProcessOrder): Promise<LabProcess[]> {
    const response = await this.#post(`/processes/${encodeURIComponent(name)}/${order}`);
    return (await readJson<{ items: LabProcess[] }>(response)).items;
  }

  async experiments(signal?: AbortSignal): Promise<Experiment[]> {
    return this.#items<Experiment>('/experiments', signal);
  }

  async experiment(id: string, signal?: AbortSignal): Promise<ExperimentDetail> {
    return readJson(await this.#get(`/experiments/${encodeURIComponent(id)}`, signal));
  }

  /**
   * Begins a run and returns its id; Rejected with status 409 while another one is under way.
   *
   * @param wish.choice which of the prediction's choices was taken
   */
  async startRun(
    experiment: string,
    wish: { seed?: number; choice?: number } = {}
  ): Promise<string> {
    const response = await this.#post('/runs', { experiment, ...wish });
    return (await readJson<{ run: string }>(response)).run;
  }

  async runs(signal?: AbortSignal): Promise<RunListed[]> {
    return this.#items<RunListed>('/runs', signal);
  }

  /** Opens the stream of a run's lines, from its beginning or after the line with this id. */
  async openRun(run: string, lastEventId: string | null, signal: AbortSignal): Promise<Response> {
    await this.about();
    const headers = streamHeaders(lastEventId);
    return this.http.open(`${ROOT}${runPath(run)}/stream`, { headers, signal });
  }

  /** All of a run that has ended; Rejected with status 404 before that. */
  async bundle(run: string, signal?: AbortSignal): Promise<RunBundle> {
    return readJson(await this.#get(runPath(run), signal));
  }

  /** Where a browser can download a run's bundle from. */
  bundleUrl(run: string): string {
    return this.http.url(`${ROOT}${runPath(run)}?download=1`);
  }

  async cancelRun(run: string): Promise<void> {
    await this.#post(`${runPath(run)}/cancel`);
  }

  /** Where a browser can download the predictions and verdicts of this machine from. */
  answersUrl(format: 'csv' | 'json'): string {
    return this.http.url(`${ROOT}/answers.${format}`);
  }

  /** The text of a Lua or Python file of the package, by its path within it. */
  async source(path: string, signal?: AbortSignal): Promise<string> {
    const address = path.split('/').map(encodeURIComponent).join('/');
    return (await this.#get(`/source/${address}`, signal, 'text/plain')).text();
  }

  async #items<T>(path: string, signal?: AbortSignal): Promise<T[]> {
    return (await readJson<{ items: T[] }>(await this.#get(path, signal))).items;
  }

  async #get(path: string, signal?: AbortSignal, accept = 'application/json'): Promise<Response> {
    await this.about();
    return this.http.send(ROOT + path, { signal, headers: { Accept: accept } });
  }

  /** A server that was killed comes back with another token, so a refused one is asked for anew. */
  async #post(path: string, body: object = {}): Promise<Response> {
    const { token } = await this.about();
    try {
      return await this.#postWith(token, path, body);
    } catch (error) {
      if (!(error instanceof Rejected) || error.problem.status !== 403) throw error;
      this.#about = null;
      const renewed = (await this.about()).token;
      if (renewed === token) throw error;
      return this.#postWith(renewed, path, body);
    }
  }

  #postWith(token: string, path: string, body: object): Promise<Response> {
    return this.http.send(ROOT + path, {
      method: 'POST',
      body,
      headers: { [TOKEN_HEADER]: token }
    });
  }

  async #askAbout(): Promise<LabAbout> {
    const response = await this.http.send(ROOT, { expect: [404] });
    if (response.status === 404) throw new LabMissing('This server runs without the lab.');
    return readJson<LabAbout>(response);
  }
}

function runPath(run: string): string {
  return `/runs/${encodeURIComponent(run)}`;
}
