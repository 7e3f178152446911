/**
 * A fresh Idempotency-Key: a random UUID (version 4).
 *
 * `crypto.randomUUID` exists in secure contexts only; a lab opened from another machine of the
 * classroom over plain HTTP is none, so the same bits are laid out by hand there.
 */
export function freshIdempotencyKey(source: Crypto = crypto): string {
  if (typeof source.randomUUID === 'function') return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
