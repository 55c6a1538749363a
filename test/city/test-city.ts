import type { Point } from '#libs/geo';
import { systemClock } from '#libs/service';
import { query } from '../../ops/postgres/query.ts';
import { startServices, type TestWorld, type WorldOptions } from '../../dev/test-world/index.ts';
import { DriverPhone } from '../phones/driver-phone.ts';
import { RiderPhone } from '../phones/rider-phone.ts';
import { TestDriver } from './test-driver.ts';

export const ALL_SERVICES = ['dev-issuer', 'trips', 'matcher', 'matcher', 'rider-api', 'driver-api'];
/** Two places in central Lisbon, about 1.5 km apart. */
export const ROSSIO: Point = { lat: 38.7139, lng: -9.1394 };
export const ESTRELA: Point = { lat: 38.7135, lng: -9.1567 };

/** Real services, with riders and drivers to use them. */
export class TestCity {
  readonly world: TestWorld;
  readonly #people: { hangUp(): void }[] = [];

  private constructor(world: TestWorld) {
    this.world = world;
  }

  static async start(
    services: readonly string[] = ALL_SERVICES,
    options: WorldOptions = {},
  ): Promise<TestCity> {
    return new TestCity(await startServices(services, options));
  }

  async stop(): Promise<void> {
    for (const person of this.#people) person.hangUp();
    await this.world.stop();
  }

  url(instance: string): string {
    return this.world.service(instance).url;
  }

  async rider(): Promise<RiderPhone> {
    const rider = await RiderPhone.register(this.url('dev-issuer-1'), this.url('rider-api-1'));
    this.#people.push(rider);
    return rider;
  }

  /** A driver who is online at this position and sends pings from there. */
  async driverAt(place: Point): Promise<TestDriver> {
    const issuer = this.url('dev-issuer-1');
    const phone = await DriverPhone.register(issuer, this.url('driver-api-1'), systemClock());
    await phone.connect();
    const driver = new TestDriver(phone, await phone.online(), place);
    this.#people.push(driver);
    return driver;
  }

  rows<R extends object>(sql: string): Promise<R[]> {
    return query<R>(this.world.database.url, sql);
  }
}
