interface Exception {
  names: readonly string[];
  /** Why these constants are not bounds. */
  reason: string;
}

/** Numeric constants that are not bounds, by file. The page of bounds omits them. */
export const NOT_BOUNDS: Readonly<Record<string, Exception>> = {
  'apps/console/protocol/car-frame.ts': {
    names: [
      'VERSION',
      'HEADER_BYTES',
      'INTRODUCED_BYTES',
      'GONE_BYTES',
      'MOVED_BYTES',
      'MICRODEGREES',
      'UUID_BYTES',
      'SNAPPED',
    ],
    reason: 'binary layout of a frame',
  },
  'apps/console/web/map/car-layer.ts': {
    names: ['NUMBERS_A_CAR', 'TILE_PX'],
    reason: 'layout of a buffer, and of the world at zoom 0',
  },
  'apps/console/web/map/view-hash.ts': {
    names: ['COORDINATE_DIGITS', 'MAX_LATITUDE_DEG', 'MAX_ZOOM'],
    reason: 'form of an address, and shape of the world on a map',
  },
  'apps/fleet/drivers/car.ts': { names: ['PLATE_DIGITS'], reason: 'format of a generated number plate' },
  'apps/fleet/main.ts': { names: ['EX_CONFIG'], reason: 'exit code' },
  'apps/fleet/seeded-ids.ts': { names: ['ID_EPOCH_MS'], reason: 'point in time' },
  'packages/sdk/socket/protocol.ts': { names: ['REPLACED_CLOSE_CODE'], reason: 'code of a WebSocket' },
  'packages/sdk/socket/stream-link.ts': { names: ['OPEN', 'CLOSE_CODE'], reason: 'codes of a WebSocket' },
  'libs/contracts/position-batch.ts': {
    names: ['VERSION', 'HEADER_BYTES', 'RECORD_BYTES', 'KIND_HERE', 'KIND_LEFT', 'DEGREES', 'BOOKED'],
    reason: 'binary layout of a batch',
  },
  'libs/dispatch/driver-slots.ts': {
    names: ['OFFLINE', 'FREE', 'OFFERED', 'ON_TRIP'],
    reason: 'codes of a driver status',
  },
  'libs/geo/cell-key.ts': {
    names: ['UNUSED_DIGIT', 'LAST_DIGIT', 'H3_MAX_RES', 'BASE_CELLS'],
    reason: 'layout of an H3 index',
  },
  'libs/geo/point.ts': { names: ['EARTH_RADIUS_M', 'METERS_PER_DEGREE'], reason: 'shape of the earth' },
  'libs/geo/recorded-midnight.ts': { names: ['DAY_S', 'MIDNIGHT_FALL_S'], reason: 'shape of a day' },
  'libs/geo/recorded-window.ts': { names: ['DAY_S'], reason: 'shape of a day' },
  'libs/geo/street-file.ts': { names: ['HOURS_PER_DAY'], reason: 'layout of a street file' },
  'libs/geo/travel-table-sweep.ts': { names: ['NO_WAY', 'FAR'], reason: 'sentinels in a table of seconds' },
  'libs/ownership/claim-commands.ts': { names: ['FIRST_EPOCH'], reason: 'start of a count' },
  'libs/ownership/coordinator/known-loads.ts': { names: ['CHILDREN'], reason: 'geometry of H3' },
  'libs/ownership/plan/holdings.ts': { names: ['CHILDREN'], reason: 'geometry of H3' },
  'libs/ownership/plan/plan-ownership.ts': { names: ['ON_ITS_WAY'], reason: 'code of a shard’s state' },
  'libs/store/postgres/values.ts': { names: ['INT8', 'TIMESTAMPTZ'], reason: 'type ids of Postgres' },
  'libs/store/statements/outbox.ts': { names: ['EVENT_STREAM_LOCK'], reason: 'id of an advisory lock' },
};
