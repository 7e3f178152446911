/** A place in the product's own source: a path within the package `fiblab`, and a line. */
export interface SourcePlace {
  path: string;
  line: number | null;
}

/** Where the page shows a place in the source. */
export function sourceAddress({ path, line }: SourcePlace): `/source?${string}` {
  const at = line === null ? '' : `&line=${line}`;
  return `/source?path=${encodeURIComponent(path).replaceAll('%2F', '/')}${at}`;
}

/** Reads what `sourceAddress` wrote; null where the address names no file. */
export function readSourceAddress(parameters: Pick<URLSearchParams, 'get'>): SourcePlace | null {
  const path = parameters.get('path');
  if (!path) return null;
  const line = parameters.get('line') ?? '';
  return { path, line: /^[1-9][0-9]{0,5}$/.test(line) ? Number(line) : null };
}
