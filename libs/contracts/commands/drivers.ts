import { z } from 'zod';
import { byDriver, defineCommand, idempotency } from '../command.ts';
import { driverId } from '../ids.ts';
import { driverStatus, tripRecord } from '../trip.ts';
import { product, vehicle } from '../values.ts';
import { suspicion } from '../suspicions.ts';

/** A driver as stored in Postgres: its session, offer and trips. */
export const driverRecord = z.object({
  driver_id: driverId,
  session: z.int().min(1),
  online: z.boolean(),
  product,
  vehicle,
  status: driverStatus,
  driver_version: z.int().min(0),
  trip: tripRecord
    .nullable()
    .meta({ description: 'the driver’s current trip or, if it has none, the trip offered to it' }),
  next_trip: tripRecord
    .nullable()
    .meta({ description: 'the trip offered for after the current one, or accepted for then' }),
});
export type DriverRecord = z.infer<typeof driverRecord>;

/** Opens a new session. An older one of the same driver is superseded, a live trip is kept. */
export const goOnline = defineCommand(
  'drivers',
  'trips.drivers.online',
  z.object({ driver_id: driverId, product, vehicle, idempotency: idempotency.optional() }),
  driverRecord,
  { callers: ['driver-api'], person: byDriver },
);

/**
 * Ends the session; an open offer counts as declined, or as undelivered if the driver was `silent`. Refused with
 * `driver_on_trip` while a trip is live.
 */
export const goOffline = defineCommand(
  'drivers',
  'trips.drivers.offline',
  z.object({
    driver_id: driverId,
    session: z.int().min(1).optional(),
    silent: z.boolean().optional().meta({ description: 'the driver did not ask for this: it has vanished' }),
    idempotency: idempotency.optional(),
  }),
  driverRecord,
  { callers: ['driver-api'], person: (input) => (input.silent === true ? undefined : byDriver(input)) },
);

/** One driver's record; null if the driver was never online. */
export const getDriver = defineCommand(
  'drivers',
  'trips.drivers.get',
  z.object({ driver_id: driverId }),
  driverRecord.nullable(),
  { callers: ['driver-api'] },
);

/** How many drivers one check for lost pushes names; more drivers take several checks. */
export const MAX_DRIVERS_PER_CHECK = 1_000;

/**
 * Which of these drivers have a newer version than the caller's. Finds lost pushes, which nothing else reveals, at
 * the cost of one request per thousand drivers.
 */
export const outdatedDrivers = defineCommand(
  'drivers',
  'trips.drivers.outdated',
  z.object({
    drivers: z
      .array(z.object({ driver_id: driverId, driver_version: z.int() }))
      .min(1)
      .max(MAX_DRIVERS_PER_CHECK),
  }),
  z.object({ driver_ids: z.array(driverId) }),
  { callers: ['driver-api'] },
);

/** How many drivers one report of suspicions names. */
export const MAX_SUSPICIONS_PER_REPORT = 200;

/** Reports doubts about drivers' positions. A false one makes an operator look at a driver, and does nothing else. */
export const reportSuspicions = defineCommand(
  'drivers',
  'trips.drivers.suspect',
  z.object({
    suspicions: z
      .array(suspicion.omit({ at: true }))
      .min(1)
      .max(MAX_SUSPICIONS_PER_REPORT),
  }),
  z.object({}),
  { callers: ['driver-api'] },
);
