import { HailgridError } from './errors.ts';
import { idFromUuid, uuidOf, type DriverId } from './ids.ts';
import type { DriverStatus } from './trip.ts';
import type { Product } from './values.ts';

/**
 * The message of the hot path: positions of one res-7 cell, collected by a driver-api for at most 100 ms.
 *
 * Little endian. Header, 16 bytes: magic u16, version u8, reserved u8, record count u32, sent-at f64 (service ms).
 * Then records of {@link RECORD_BYTES} bytes each:
 *
 * | offset | type   | field                                                        |
 * |--------|--------|--------------------------------------------------------------|
 * | 0      | 16 × u8| driver UUID, big endian                                      |
 * | 16     | u32    | session                                                      |
 * | 20     | u32    | seq within the session                                       |
 * | 24     | i32    | latitude, 1e-7 degrees                                       |
 * | 28     | i32    | longitude, 1e-7 degrees                                      |
 * | 32     | f64    | recorded at, service ms                                      |
 * | 40     | f64    | free at, service ms (0: free now or unknown)                 |
 * | 48     | f64    | status version                                               |
 * | 56     | u8     | status                                                       |
 * | 57     | u8     | product                                                      |
 * | 58     | u8     | kind: 0 here, 1 left this cell                               |
 * | 59     | u8     | flags: 1 has a next trip or an offer for one                 |
 * | 60     | u16    | heading, 1/100 degree; 65535 unknown                         |
 * | 62     | u16    | speed, 1/100 m/s; 65535 unknown                              |
 * | 64     | i32    | where the ride ends, latitude; 2147483647 not on a ride      |
 * | 68     | i32    | where the ride ends, longitude                               |
 */
export interface PositionRecord {
  readonly driverId: DriverId;
  readonly session: number;
  readonly seq: number;
  readonly lat: number;
  readonly lng: number;
  readonly recordedAtMs: number;
  /** When the driver expects to be free; 0: now or unknown. */
  readonly freeAtMs: number;
  /** Where the ride ends; undefined while no rider is on board. */
  readonly rideEnd: { readonly lat: number; readonly lng: number } | undefined;
  /** Whether the driver has a next trip, or an offer for one. */
  readonly booked: boolean;
  readonly status: DriverStatus;
  /** Orders the statuses of one driver across all message paths. */
  readonly statusVersion: number;
  readonly product: Product;
  /** The driver has left this batch's cell: its pings are on another cell's stream, or stopped until the next one. */
  readonly left: boolean;
  readonly headingDeg: number | undefined;
  readonly speedMps: number | undefined;
}

export interface PositionBatch {
  readonly sentAtMs: number;
  readonly records: readonly PositionRecord[];
}

const MAGIC = 0x4847;
const VERSION = 2;
const HEADER_BYTES = 16;
export const RECORD_BYTES = 72;
/**
 * How many records a batch carries before it is sent and the next one begins: well below NATS's default payload
 * limit of 1 MiB.
 */
export const MAX_RECORDS_PER_BATCH = 2048;

const STATUS_CODES: readonly DriverStatus[] = ['offline', 'free', 'offered', 'on_trip'];
const PRODUCT_CODES: readonly Product[] = ['standard', 'xl', 'premium'];
const KIND_HERE = 0;
const KIND_LEFT = 1;
const DEGREES = 1e7;
const UNKNOWN = 0xffff;
/** 360 degrees in hundredths. */
const FULL_CIRCLE = 36_000;
const BOOKED = 1;
const NOWHERE = 0x7fff_ffff;

export function encodePositionBatch(batch: PositionBatch): Uint8Array {
  if (batch.records.length > MAX_RECORDS_PER_BATCH) {
    throw new RangeError(
      `a batch holds at most ${MAX_RECORDS_PER_BATCH} records, not ${batch.records.length}`,
    );
  }
  const bytes = Buffer.alloc(HEADER_BYTES + batch.records.length * RECORD_BYTES);
  bytes.writeUInt16LE(MAGIC, 0);
  bytes.writeUInt8(VERSION, 2);
  bytes.writeUInt32LE(batch.records.length, 4);
  bytes.writeDoubleLE(batch.sentAtMs, 8);
  batch.records.forEach((record, index) => writeRecord(bytes, HEADER_BYTES + index * RECORD_BYTES, record));
  return bytes;
}

/** Throws `invalid_request` on anything but a complete batch of a known version. */
export function decodePositionBatch(payload: Uint8Array): PositionBatchView {
  return new PositionBatchView(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
}

function writeRecord(bytes: Buffer, at: number, record: PositionRecord): void {
  bytes.write(uuidHex(record.driverId), at, 'hex');
  bytes.writeUInt32LE(record.session, at + 16);
  bytes.writeUInt32LE(record.seq, at + 20);
  bytes.writeInt32LE(Math.round(record.lat * DEGREES), at + 24);
  bytes.writeInt32LE(Math.round(record.lng * DEGREES), at + 28);
  bytes.writeDoubleLE(record.recordedAtMs, at + 32);
  bytes.writeDoubleLE(record.freeAtMs, at + 40);
  bytes.writeDoubleLE(record.statusVersion, at + 48);
  bytes.writeUInt8(STATUS_CODES.indexOf(record.status), at + 56);
  bytes.writeUInt8(PRODUCT_CODES.indexOf(record.product), at + 57);
  bytes.writeUInt8(record.left ? KIND_LEFT : KIND_HERE, at + 58);
  bytes.writeUInt16LE(headingCode(record.headingDeg), at + 60);
  bytes.writeUInt16LE(toHundredths(record.speedMps), at + 62);
  const { rideEnd } = record;
  bytes.writeUInt8(record.booked ? BOOKED : 0, at + 59);
  bytes.writeInt32LE(rideEnd === undefined ? NOWHERE : Math.round(rideEnd.lat * DEGREES), at + 64);
  bytes.writeInt32LE(rideEnd === undefined ? NOWHERE : Math.round(rideEnd.lng * DEGREES), at + 68);
}

/**
 * A batch decoded in place. One view moves over all records: an object per record costs more than the rest of the
 * decoding. The constructor checks every record, so a malformed batch is refused before any of it is used.
 */
export class PositionBatchView {
  readonly sentAtMs: number;
  readonly length: number;
  readonly #view: PositionRecordView;

  constructor(bytes: Buffer) {
    if (bytes.length < HEADER_BYTES || bytes.readUInt16LE(0) !== MAGIC)
      throw malformed('not a position batch');
    if (bytes.readUInt8(2) !== VERSION) throw malformed(`version ${bytes.readUInt8(2)} is not known`);
    this.length = bytes.readUInt32LE(4);
    if (this.length > MAX_RECORDS_PER_BATCH || bytes.length !== HEADER_BYTES + this.length * RECORD_BYTES) {
      throw malformed(`${this.length} records do not fit ${bytes.length} bytes`);
    }
    this.#view = new PositionRecordView(bytes);
    for (let index = 0; index < this.length; index++) this.record(index).check();
    this.sentAtMs = finite(bytes.readDoubleLE(8), 'sent-at');
  }

  /** The view of one record; valid until the next call. */
  record(index: number): PositionRecordView {
    this.#view.moveTo(HEADER_BYTES + index * RECORD_BYTES);
    return this.#view;
  }

  /** Copies of the records, which stay valid. */
  copies(): PositionRecord[] {
    return Array.from({ length: this.length }, (_, index) => this.record(index).copy());
  }
}

/** One record of a batch. Decodes each field on access. */
class PositionRecordView implements PositionRecord {
  readonly #bytes: Buffer;
  readonly #numbers: DataView;
  #at = HEADER_BYTES;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  moveTo(at: number): void {
    this.#at = at;
  }

  check(): void {
    const [numbers, at] = [this.#numbers, this.#at];
    const unknown =
      numbers.getUint8(at + 56) >= STATUS_CODES.length ||
      numbers.getUint8(at + 57) >= PRODUCT_CODES.length ||
      numbers.getUint8(at + 58) > KIND_LEFT;
    if (unknown) throw malformed('unknown status, product or kind code');
    finite(this.recordedAtMs, 'recorded-at');
    finite(this.freeAtMs, 'free-at');
    finite(this.statusVersion, 'status version');
  }

  get driverId(): DriverId {
    return driverIdAt(this.#bytes, this.#at);
  }

  get session(): number {
    return this.#numbers.getUint32(this.#at + 16, true);
  }

  get seq(): number {
    return this.#numbers.getUint32(this.#at + 20, true);
  }

  get lat(): number {
    return this.#numbers.getInt32(this.#at + 24, true) / DEGREES;
  }

  get lng(): number {
    return this.#numbers.getInt32(this.#at + 28, true) / DEGREES;
  }

  get recordedAtMs(): number {
    return this.#numbers.getFloat64(this.#at + 32, true);
  }

  get freeAtMs(): number {
    return this.#numbers.getFloat64(this.#at + 40, true);
  }

  get statusVersion(): number {
    return this.#numbers.getFloat64(this.#at + 48, true);
  }

  get status(): DriverStatus {
    return STATUS_CODES[this.#numbers.getUint8(this.#at + 56)] ?? 'offline';
  }

  get product(): Product {
    return PRODUCT_CODES[this.#numbers.getUint8(this.#at + 57)] ?? 'standard';
  }

  get left(): boolean {
    return this.#numbers.getUint8(this.#at + 58) === KIND_LEFT;
  }

  get booked(): boolean {
    return (this.#numbers.getUint8(this.#at + 59) & BOOKED) !== 0;
  }

  get headingDeg(): number | undefined {
    return fromHundredths(this.#numbers.getUint16(this.#at + 60, true));
  }

  get speedMps(): number | undefined {
    return fromHundredths(this.#numbers.getUint16(this.#at + 62, true));
  }

  get rideEnd(): PositionRecord['rideEnd'] {
    const lat = this.#numbers.getInt32(this.#at + 64, true);
    if (lat === NOWHERE) return undefined;
    return { lat: lat / DEGREES, lng: this.#numbers.getInt32(this.#at + 68, true) / DEGREES };
  }

  copy(): PositionRecord {
    const { driverId, session, seq, lat, lng, recordedAtMs, freeAtMs, rideEnd, booked } = this;
    const { status, statusVersion, product, left, headingDeg, speedMps } = this;
    const ping = { driverId, session, seq, lat, lng, recordedAtMs, headingDeg, speedMps, product };
    return { ...ping, freeAtMs, rideEnd, booked, status, statusVersion, left };
  }
}

/**
 * How many conversions between driver ids and their bytes are cached. Base32 to UUID and back costs microseconds, a
 * look-up tens of nanoseconds, and the same drivers ping all day. Both maps are emptied when they reach the bound;
 * a refill costs one conversion per driver.
 */
const MAX_CACHED_IDS = 200_000;
const hexById = new Map<string, string>();
const idByHex = new Map<string, DriverId>();

function uuidHex(id: DriverId): string {
  const known = hexById.get(id);
  if (known !== undefined) return known;
  if (hexById.size >= MAX_CACHED_IDS) hexById.clear();
  const hex = uuidOf('driver', id).replaceAll('-', '');
  hexById.set(id, hex);
  return hex;
}

function driverIdAt(bytes: Buffer, at: number): DriverId {
  const hex = bytes.toString('hex', at, at + 16);
  const known = idByHex.get(hex);
  if (known !== undefined) return known;
  if (idByHex.size >= MAX_CACHED_IDS) idByHex.clear();
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const id = idFromUuid('driver', uuid);
  idByHex.set(hex, id);
  return id;
}

/** 359.999 degrees round to north, and not to 360. */
function headingCode(deg: number | undefined): number {
  const code = toHundredths(deg);
  return code === FULL_CIRCLE ? 0 : code;
}

function toHundredths(value: number | undefined): number {
  if (value === undefined) return UNKNOWN;
  return Math.min(UNKNOWN - 1, Math.max(0, Math.round(value * 100)));
}

function fromHundredths(code: number): number | undefined {
  return code === UNKNOWN ? undefined : code / 100;
}

/** Refuses NaN and infinities: no later status could ever replace one with an infinite version. */
function finite(value: number, field: string): number {
  if (!Number.isFinite(value)) throw malformed(`${field} is ${value}`);
  return value;
}

function malformed(detail: string): HailgridError {
  return new HailgridError('invalid_request', `position batch: ${detail}`);
}
