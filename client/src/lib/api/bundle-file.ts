import { Http } from './http.ts';

/** The page's own origin, wherever the API may be: `fiblab lab open` serves page and bundle alone. */
const ownOrigin = new Http('', globalThis.fetch.bind(globalThis));

/**
 * The text of a bundle that this page's own server has, such as `/bundle.json`.
 *
 * Throws RangeError where the address leads elsewhere, for a link must not make the page fetch from
 * strangers, and ApiError where the file cannot be had.
 */
export async function fetchBundle(
  address: string,
  signal: AbortSignal,
  http: Pick<Http, 'send'> = ownOrigin
): Promise<string> {
  if (!/^\/(?![/\\])/.test(address)) {
    throw new RangeError(`A bundle's address begins with one “/”, which ${address} does not.`);
  }
  return (await http.send(address, { signal })).text();
}
