import { assignClaims } from '../statements/assign-claims.ts';
import { bumpDrivers } from '../statements/bump-drivers.ts';
import { findOffers } from '../statements/find-offers.ts';
import { holdClaims } from '../statements/hold-claims.ts';
import { insertTrips } from '../statements/insert-trips.ts';
import { lockDrivers } from '../statements/lock-drivers.ts';
import { lockTrips } from '../statements/lock-trips.ts';
import { promoteClaims } from '../statements/promote-claims.ts';
import { readClaims } from '../statements/read-claims.ts';
import { keyName, readIdempotencyKeys } from '../statements/read-idempotency-keys.ts';
import { readQuotes } from '../statements/read-quotes.ts';
import { releaseClaims } from '../statements/release-claims.ts';
import { reserveIdempotencyKeys } from '../statements/reserve-idempotency-keys.ts';
import { storeIdempotentResponses } from '../statements/store-idempotent-responses.ts';
import { writeChanges } from '../statements/write-changes.ts';
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
