import type { DriverServerFrame } from '#libs/contracts';
import type { Point } from '#libs/geo';
import { systemClock } from '#libs/service';
import { query } from '../../stack/postgres/query.ts';
import { startServices, type TestWorld, type WorldOptions } from '../../stack/test-world/index.ts';
import { DriverPhone } from '../driver-api/driver-phone.ts';
import { RiderPhone } from './rider-phone.ts';

export const ALL_SERVICES = ['dev-issuer', 'trips', 'matcher', 'matcher', 'rider-api', 'driver-api'];
/** Two corners of central Lisbon, some 1.5 km apart. */
export const ROSSIO: Point = { lat: 38.7139, lng: -9.1394 };
export const ESTRELA: Point = { lat: 38.7135, lng: -9.1567 };
const PING_INTERVAL_MS = 1_000;

type Offer = Extract<DriverServerFrame, { type: 'offer' }>['data'];

/** Real services with phones to use them. */
export class TestCity {
  readonly world: TestWorld;
  readonly #phones: { hangUp(): void }[] = [];

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
    for (const phone of this.#phones) phone.hangUp();
    await this.world.stop();
  }

  url(instance: string): string {
    return this.world.service(instance).url;
  }

  async rider(): Promise<RiderPhone> {
    const rider = await RiderPhone.register(this.url('rider-api-1'), this.url('dev-issuer-1'));
    this.#phones.push(rider);
    return rider;
  }

  /** A driver who is online at this place and pings from there. */
  async driverAt(place: Point): Promise<TestDriver> {
    const phone = await DriverPhone.register(this.url('dev-issuer-1'), systemClock());
    await phone.connect(this.url('driver-api-1'));
    const driver = new TestDriver(phone, await phone.online(), place);
    this.#phones.push(driver);
    return driver;
  }

  rows<R extends object>(sql: string): Promise<R[]> {
    return query<R>(this.world.database.url, sql);
  }
}

/** A driver with a heart beat: it pings from where it stands. */
export class TestDriver {
  readonly phone: DriverPhone;
  #timer: NodeJS.Timeout | undefined;

  constructor(phone: DriverPhone, session: number, place: Point) {
    this.phone = phone;
    const ping = (): void =>
      phone.send({ type: 'position', data: phone.ping(session, place.lat, place.lng) });
    ping();
    this.#timer = setInterval(ping, PING_INTERVAL_MS);
  }

  get driverId(): string {
    return this.phone.driverId;
  }

  async offer(): Promise<Offer> {
    return (await this.phone.next('offer')).data;
  }

  async accept(offer: Offer): Promise<void> {
    await this.#done('accept', { offer_id: offer.offer_id });
  }

  async decline(offer: Offer): Promise<void> {
    await this.#done('decline', { offer_id: offer.offer_id });
  }

  /** Arrives, starts, completes. */
  async drive(tripId: string): Promise<void> {
    for (const step of ['arrived', 'start', 'complete'] as const)
      await this.#done(step, { trip_id: tripId as never });
  }

  /** Goes offline in good order: nobody asks this driver any more. */
  async goHome(): Promise<void> {
    clearInterval(this.#timer);
    await this.phone.ask('offline', {});
    this.hangUp();
  }

  hangUp(): void {
    clearInterval(this.#timer);
    this.phone.vanish();
  }

  async #done(
    type: 'accept' | 'decline' | 'arrived' | 'start' | 'complete',
    data: object,
  ): Promise<void> {
    const answer = await this.phone.ask(type, data as never);
    if (answer.type !== 'ack') throw new Error(`${type}: ${JSON.stringify(answer.data)}`);
  }
}
