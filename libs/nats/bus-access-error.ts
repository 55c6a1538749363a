/** An access contradicts itself or cannot be read; the message names the variable. */
export class BusAccessError extends Error {
  override readonly name = 'BusAccessError';
}
