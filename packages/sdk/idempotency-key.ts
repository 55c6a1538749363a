/** Bytes of chance in a key: enough that no two clients ever make the same. */
const KEY_BYTES = 16;

/** A new Idempotency-Key. `crypto.randomUUID` would need a secure context in browsers. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
