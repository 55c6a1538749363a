import type { NatsConnection } from '@nats-io/transport-node';
import { expect, vi } from 'vitest';
import { CommandClient, connectBus } from '#libs/bus';
import {
  cancelTrip,
  createQuote,
  createTrip,
  getShardMap,
  getTrip,
  newId,
  toTimestamp,
  type RiderId,
  type TripId,
  type TripRecord,
} from '#libs/contracts';
import { cellKeyToH3, pickupCellOf, type Point } from '#libs/geo';
import { ShardMap } from '#libs/ownership';
import { systemClock } from '#libs/service';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';
import { startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { StreamedDriver } from './streamed-driver.ts';

export const POLL = { timeout: 20_000, interval: 50 };
const MATCHERS = ['matcher-1', 'matcher-2'];

/** `trips` and two matchers as processes; the test plays riders and drivers, by commands and on the bus. */
export class MatchedCity {
  readonly world: TestWorld;
  readonly bus: NatsConnection;
  readonly commands: CommandClient;
  #drivers: StreamedDriver[] = [];
  #requested: { rider_id: RiderId; trip_id: TripId }[] = [];

  private constructor(world: TestWorld, bus: NatsConnection, commands: CommandClient) {
    this.world = world;
    this.bus = bus;
    this.commands = commands;
  }

  static async start(): Promise<MatchedCity> {
    const world = await startServices(['dev-issuer', 'trips', 'matcher', 'matcher'], {
      env: PLAYED_PEOPLE,
    });
    const bus = await connectBus({ servers: world.nats.urls }, 'test');
    const commands = new CommandClient({ servers: world.nats.urls }, 'test-commands', systemClock());
    await commands.connect();
    const city = new MatchedCity(world, bus, commands);
    await vi.waitUntil(async () => (await city.owners()).size === MATCHERS.length, POLL);
    return city;
  }

  async stop(): Promise<void> {
    await this.commands.close();
    await this.bus.close();
    await this.world.stop();
  }

  /** Cleans up all that would compete for the next test's drivers and trips. */
  async clear(): Promise<void> {
    await Promise.all(this.#requested.map((trip) => this.commands.call(cancelTrip, trip)));
    await Promise.all(this.#drivers.map((driver) => driver.goOffline(this.commands)));
    this.#requested = [];
    this.#drivers = [];
  }

  async shardMap(): Promise<ShardMap> {
    return ShardMap.of((await this.commands.call(getShardMap, {})).shards);
  }

  async owners(): Promise<Set<string | null>> {
    return new Set((await this.shardMap()).claims().map(({ owner }) => owner));
  }

  async driverAt(point: Point): Promise<StreamedDriver> {
    const driver = await StreamedDriver.online(this.bus, this.commands, point);
    this.#drivers.push(driver);
    return driver;
  }

  async requestTrip(pickup: Point): Promise<TripId> {
    const rider_id = newId('rider');
    const nowMs = Date.now();
    const { quote_id } = await this.commands.call(createQuote, {
      rider_id,
      product: 'standard',
      pickup,
      dropoff: { lat: pickup.lat + 0.01, lng: pickup.lng },
      pickup_cell: cellKeyToH3(pickupCellOf(pickup)),
      fare: { amount_minor: 900, currency: 'EUR' },
      distance_m: 1_500,
      trip_s: 300,
      pickup_eta_s: null,
      created_at: toTimestamp(nowMs),
      expires_at: toTimestamp(nowMs + 60_000),
    });
    const idempotency = { key: rider_id, request_digest: 'd'.repeat(64) };
    const { trip_id } = await this.commands.call(createTrip, { rider_id, quote_id, idempotency });
    this.#requested.push({ rider_id, trip_id });
    return trip_id;
  }

  readTrip(tripId: TripId): Promise<TripRecord> {
    return this.commands.call(getTrip, { trip_id: tripId, reader: { role: 'operator' } });
  }

  /** Waits until the trip is offered to this driver. */
  async offeredTo(tripId: TripId, driver: StreamedDriver): Promise<void> {
    await expect.poll(async () => (await this.readTrip(tripId)).offer?.driver_id, POLL).toBe(driver.driverId);
  }

  /** A gauge of one matcher. */
  async gauge(instance: string, name: string): Promise<number> {
    const metrics = await (await fetch(`${this.world.service(instance).url}/metrics`)).text();
    return Number(new RegExp(`^hailgrid_${name}\\{.*\\} (\\d+)$`, 'm').exec(metrics)?.[1] ?? 0);
  }

  /** The largest number of free drivers that a matcher sees. */
  async driversInSight(): Promise<number> {
    return Math.max(...(await Promise.all(MATCHERS.map((name) => this.gauge(name, 'drivers_free')))));
  }
}
