/**
 * The binary frame with the cars of one update. Little endian:
 *
 * | part       | bytes      | fields                                                                           |
 * | ---------- | ---------- | -------------------------------------------------------------------------------- |
 * | header     | 24         | magic u16, version u16, update u32, introduced u32, gone u32, moved u32, 4 spare |
 * | introduced | 20 a car   | handle u32, driver UUID 16 bytes, big endian                                     |
 * | gone       | 4 a car    | handle u32: ended its session, or left the view                                  |
 * | moved      | 20 a car   | handle u32, latitude i32 and longitude i32 in 1e-6 degrees, heading u16 in 1/100 |
 * |            |            | degree (65535: unknown), status u8, flags u8, age u32 in ms of service time      |
 *
 * A handle names a car on this connection only. A car is introduced before it moves.
 */
const MAGIC = 0x4743;
const VERSION = 1;
const HEADER_BYTES = 24;
const INTRODUCED_BYTES = 20;
const GONE_BYTES = 4;
const MOVED_BYTES = 20;
const MICRODEGREES = 1e6;
const UNKNOWN_HEADING = 0xffff;
const UUID_BYTES = 16;
const SNAPPED = 1;

/** What a car does, as the map shows it. `silent`: nothing was heard of it for a while. */
export const CAR_STATUSES = ['free', 'offered', 'on_trip', 'silent'] as const;
export type CarStatus = (typeof CAR_STATUSES)[number];

export interface MovedCar {
  handle: number;
  lat: number;
  lng: number;
  headingDeg: number | undefined;
  status: CarStatus;
  /** The position is that of a grid's point near the car. */
  isSnapped: boolean;
  /** How old the position is, in ms of service time. */
  ageMs: number;
}

export interface CarFrame {
  update: number;
  introduced: readonly { handle: number; uuid: string }[];
  gone: readonly number[];
  moved: readonly MovedCar[];
}

export function encodeCarFrame({ update, introduced, gone, moved }: CarFrame): ArrayBuffer {
  const bytes =
    HEADER_BYTES +
    introduced.length * INTRODUCED_BYTES +
    gone.length * GONE_BYTES +
    moved.length * MOVED_BYTES;
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint16(0, MAGIC, true);
  view.setUint16(2, VERSION, true);
  [update, introduced.length, gone.length, moved.length].forEach((value, index) =>
    view.setUint32(4 + index * 4, value, true),
  );
  let at = HEADER_BYTES;
  for (const { handle, uuid } of introduced) {
    view.setUint32(at, handle, true);
    writeUuid(view, at + 4, uuid);
    at += INTRODUCED_BYTES;
  }
  for (const handle of gone) {
    view.setUint32(at, handle, true);
    at += GONE_BYTES;
  }
  for (const car of moved) {
    writeMoved(view, at, car);
    at += MOVED_BYTES;
  }
  return view.buffer;
}

/** Throws a RangeError on anything but a complete frame of this version. */
export function decodeCarFrame(buffer: ArrayBuffer): CarFrame {
  const view = new DataView(buffer);
  if (view.byteLength < HEADER_BYTES || view.getUint16(0, true) !== MAGIC)
    throw new RangeError('not a car frame');
  if (view.getUint16(2, true) !== VERSION)
    throw new RangeError(
      `car frames of version ${view.getUint16(2, true)} are not known; load the page again`,
    );
  const [update = 0, introducedCount = 0, goneCount = 0, movedCount = 0] = [4, 8, 12, 16].map((at) =>
    view.getUint32(at, true),
  );
  const goneAt = HEADER_BYTES + introducedCount * INTRODUCED_BYTES;
  const movedAt = goneAt + goneCount * GONE_BYTES;
  if (view.byteLength !== movedAt + movedCount * MOVED_BYTES)
    throw new RangeError(`a car frame of ${view.byteLength} bytes is not whole`);
  return {
    update,
    introduced: Array.from({ length: introducedCount }, (_, index) => {
      const at = HEADER_BYTES + index * INTRODUCED_BYTES;
      return { handle: view.getUint32(at, true), uuid: readUuid(view, at + 4) };
    }),
    gone: Array.from({ length: goneCount }, (_, index) => view.getUint32(goneAt + index * GONE_BYTES, true)),
    moved: Array.from({ length: movedCount }, (_, index) => readMoved(view, movedAt + index * MOVED_BYTES)),
  };
}

function writeMoved(view: DataView, at: number, car: MovedCar): void {
  view.setUint32(at, car.handle, true);
  view.setInt32(at + 4, Math.round(car.lat * MICRODEGREES), true);
  view.setInt32(at + 8, Math.round(car.lng * MICRODEGREES), true);
  view.setUint16(at + 12, headingCode(car.headingDeg), true);
  view.setUint8(at + 14, CAR_STATUSES.indexOf(car.status));
  view.setUint8(at + 15, car.isSnapped ? SNAPPED : 0);
  view.setUint32(at + 16, Math.max(0, Math.round(car.ageMs)), true);
}

function readMoved(view: DataView, at: number): MovedCar {
  const heading = view.getUint16(at + 12, true);
  return {
    handle: view.getUint32(at, true),
    lat: view.getInt32(at + 4, true) / MICRODEGREES,
    lng: view.getInt32(at + 8, true) / MICRODEGREES,
    headingDeg: heading === UNKNOWN_HEADING ? undefined : heading / 100,
    status: CAR_STATUSES[view.getUint8(at + 14)] ?? 'silent',
    isSnapped: (view.getUint8(at + 15) & SNAPPED) !== 0,
    ageMs: view.getUint32(at + 16, true),
  };
}

/** 359.999 degrees round to north, and not to 360. */
function headingCode(deg: number | undefined): number {
  return deg === undefined ? UNKNOWN_HEADING : Math.round(deg * 100) % 36_000;
}

function writeUuid(view: DataView, at: number, uuid: string): void {
  const hex = uuid.replaceAll('-', '');
  for (let index = 0; index < UUID_BYTES; index++)
    view.setUint8(at + index, Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}

function readUuid(view: DataView, at: number): string {
  let hex = '';
  for (let index = 0; index < UUID_BYTES; index++)
    hex += view
      .getUint8(at + index)
      .toString(16)
      .padStart(2, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
