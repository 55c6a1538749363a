import { idFromUuid, type DriverId, type RiderId } from '#libs/contracts';
import { randomStream } from '#libs/random';

/** 2026-01-01T00:00:00Z: the time part of simulated ids, so that they do not depend on the date of the run. */
const ID_EPOCH_MS = 1_767_225_600_000;

/** The same driver in every run of a seed. */
export function seededDriverId(seed: number, index: number): DriverId {
  return idFromUuid('driver', seededUuidV7(seed, 'driver-id', index));
}

/** The same rider in every run of a seed. */
export function seededRiderId(seed: number, index: number): RiderId {
  return idFromUuid('rider', seededUuidV7(seed, 'rider-id', index));
}

/** The Idempotency-Key of one request of one rider; the same for each retry. */
export function seededIdempotencyKey(seed: number, purpose: string, index: number, run: string): string {
  return `${run}-${seededUuidV7(seed, `idempotency-${purpose}`, index)}`;
}

/** A UUIDv7 (RFC 9562) whose time part counts up with the index and whose random part is seeded. */
function seededUuidV7(seed: number, kind: string, index: number): string {
  const random = randomStream(seed, kind, index);
  const time = hex(ID_EPOCH_MS + index, 12);
  const randA = hex(random.below(0x1000), 3);
  const variantAndRandB = hex(0x8000 + random.below(0x4000), 4);
  const rest = hex(random.uint32(), 8) + hex(random.below(0x1_0000), 4);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randA}-${variantAndRandB}-${rest}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
