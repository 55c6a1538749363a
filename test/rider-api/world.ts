import type { INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NatsConnection } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { vi } from 'vitest';
import { commandTransport, connectBus } from '#libs/bus';
import { cellKeyToH3, shardCellOf, type Point } from '#libs/geo';
import { createApp, readConfig, serviceParts, systemClock } from '#libs/service';
import { issuerConfig } from '../../apps/dev-issuer/config.ts';
import { DevIssuerModule } from '../../apps/dev-issuer/dev-issuer.module.ts';
import { riderApiConfig } from '../../apps/rider-api/config.ts';
import { RiderApiModule } from '../../apps/rider-api/rider-api.module.ts';
import { UNLIMITED_CALLS } from '../../dev/services/service-environment.ts';
import { BUILT_IN_AREA, testNats, type TestNats } from '../../dev/test-world/index.ts';
import { RiderPhone } from '../phones/rider-phone.ts';
import { PlayedTrips, PlayedTripsModule } from './played-trips.ts';

export const PICKUP: Point = { lat: 38.72, lng: -9.14 };
export const DROPOFF: Point = { lat: 38.735, lng: -9.13 };
export const SHARD = cellKeyToH3(shardCellOf(PICKUP));

const READY_LIMIT_MS = 10_000;
const QUIET = { ...UNLIMITED_CALLS, HAILGRID_MODE: 'development', HAILGRID_LOG_LEVEL: 'silent' };

/**
 * The real rider-api and issuer over a real nats-server; `trips` is played, since these tests are not about its decisions.
 * Several rider-apis may run side by side.
 */
export class RiderWorld {
  readonly nats: TestNats;
  readonly bus: NatsConnection;
  readonly issuer: string;
  trips = new PlayedTrips();
  readonly #apps: NestFastifyApplication[];
  readonly #riders: RiderPhone[] = [];
  #tripsService: INestMicroservice | undefined;
  #instances = 0;

  private constructor(nats: TestNats, bus: NatsConnection, issuer: NestFastifyApplication, address: string) {
    this.nats = nats;
    this.bus = bus;
    this.#apps = [issuer];
    this.issuer = address;
  }

  static async start(): Promise<RiderWorld> {
    const nats = await testNats();
    const bus = await connectBus({ servers: nats.urls }, 'test');
    const config = readConfig(issuerConfig, QUIET);
    const issuer = await createApp(await DevIssuerModule.of(config), serviceParts('dev-issuer', config));
    return new RiderWorld(nats, bus, issuer, await listen(issuer));
  }

  async startTrips(): Promise<void> {
    const transport = commandTransport({ servers: this.nats.urls }, 'trips-1', 'trips', systemClock());
    this.#tripsService = await NestFactory.createMicroservice(PlayedTripsModule, {
      ...transport,
      logger: false,
    });
    await this.#tripsService.listen();
    this.trips = this.#tripsService.get(PlayedTrips);
    this.trips.map = this.trips.map.merge([{ shard: SHARD, epoch: 1, owner: 'matcher-1' }]).map;
  }

  async stopTrips(): Promise<void> {
    await this.#tripsService?.close();
    this.#tripsService = undefined;
  }

  /** Starts another rider-api; returns its URL. */
  async startRiderApi(environment: NodeJS.ProcessEnv = {}): Promise<string> {
    this.#instances += 1;
    const config = readConfig(riderApiConfig, {
      ...QUIET,
      HAILGRID_INSTANCE: `rider-api-${this.#instances}`,
      HAILGRID_NATS_URLS: this.nats.url,
      HAILGRID_JWKS_URL: `${this.issuer}/.well-known/jwks.json`,
      HAILGRID_SERVICE_AREA: BUILT_IN_AREA,
      ...environment,
    });
    const app = await createApp(RiderApiModule.of(config), serviceParts('rider-api', config));
    this.#apps.push(app);
    return listen(app);
  }

  async untilReady(api: string): Promise<void> {
    await vi.waitFor(async () => {
      const { status } = await fetch(`${api}/health/ready`);
      if (status !== 200) throw new Error(`${api} is not ready: ${status}`);
    }, READY_LIMIT_MS);
  }

  async rider(api: string): Promise<RiderPhone> {
    const rider = await RiderPhone.register(this.issuer, api);
    this.#riders.push(rider);
    return rider;
  }

  async stop(): Promise<void> {
    for (const rider of this.#riders) rider.hangUp();
    await Promise.all(this.#apps.map((app) => app.close()));
    await this.stopTrips();
    await this.bus.close();
    await this.nats.stop();
  }
}

async function listen(app: NestFastifyApplication): Promise<string> {
  await app.listen(0, '127.0.0.1');
  const { port } = new URL(await app.getUrl());
  return `http://127.0.0.1:${port}`;
}
