import { assignClaims } from '../statements/claims.ts';
import { bumpDrivers } from '../statements/drivers.ts';
import { findOffers } from '../statements/offers.ts';
import { holdClaims } from '../statements/claims.ts';
import { insertTrips } from '../statements/write-trips.ts';
import { lockDrivers } from '../statements/drivers.ts';
import { lockTrips } from '../statements/trips.ts';
import { promoteClaims } from '../statements/claims.ts';
import { readClaims } from '../statements/claims.ts';
import { keyName, readIdempotencyKeys } from '../statements/idempotency-keys.ts';
import { readQuotes } from '../statements/quotes.ts';
import { releaseClaims } from '../statements/claims.ts';
import { reserveIdempotencyKeys } from '../statements/idempotency-keys.ts';
import { storeIdempotentResponses } from '../statements/idempotency-keys.ts';
import { writeChanges } from '../statements/write-trips.ts';
import { step } from './step.ts';

/*
 * All that a command does to trips, step by step. What a step owns, one command has to itself until its transaction
 * ends.
 */
export const RESERVE_KEYS = step('reserve keys', reserveIdempotencyKeys, keyName);
export const READ_KEYS = step('read keys', readIdempotencyKeys);
export const READ_QUOTES = step('read quotes', readQuotes, ({ quoteId }) => quoteId);
export const FIND_OFFERS = step('find offers', findOffers);
export const LOCK_TRIPS = step('lock trips', lockTrips, (tripId) => tripId);
export const READ_CLAIMS = step('read claims', readClaims, (driverId) => driverId);
export const LOCK_DRIVERS = step('lock drivers', lockDrivers, (driverId) => driverId);
export const RELEASE_CLAIMS = step('release claims', releaseClaims);
export const PROMOTE_CLAIMS = step('promote claims', promoteClaims);
export const HOLD_CLAIMS = step('hold claims', holdClaims);
export const ASSIGN_CLAIMS = step('assign claims', assignClaims);
export const COUNT_DRIVERS = step('count drivers', bumpDrivers);
export const INSERT_TRIPS = step('insert trips', insertTrips);
export const WRITE_CHANGES = step('write changes', writeChanges);
export const STORE_RESPONSES = step('store responses', storeIdempotentResponses);
