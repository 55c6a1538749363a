import { newId, riderServerFrame, uuidOf, type DriverOffer, type RiderServerFrame } from '#libs/contracts';
import { systemClock } from '#libs/service';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { TestDriver } from '../city/test-driver.ts';
import { DriverPhone } from '../phones/driver-phone.ts';
import { Phone } from '../phones/phone.ts';
import type { RiderPhone } from '../phones/rider-phone.ts';
import { tokenFor } from '../phones/tokens.ts';
import type { WorldOptions } from '../../dev/test-world/index.ts';

/** No driver is swapped or repositioned, so that the objects of a call stay as the test left them. */
const CALM = { HAILGRID_MAX_SWAPS_PER_TRIP: '0', HAILGRID_CHAIN_HORIZON_S: '0' };

/** A trip with an open offer to a driver. */
export interface Offered {
  rider: RiderPhone;
  driver: TestDriver;
  offer: DriverOffer;
  tripId: string;
}

/** A city that sets up each call, and cleans up after it. */
export class Stage {
  readonly city: TestCity;
  readonly operator: Phone<RiderServerFrame>;
  readonly #afterwards: (() => Promise<unknown>)[] = [];

  private constructor(city: TestCity, operator: Phone<RiderServerFrame>) {
    this.city = city;
    this.operator = operator;
  }

  static async start(options: WorldOptions = {}): Promise<Stage> {
    const services = ['dev-issuer', 'trips', 'matcher', 'rider-api', 'driver-api'];
    const city = await TestCity.start(services, { ...options, env: CALM });
    const token = await tokenFor(city.url('dev-issuer-1'), 'operator');
    const api = city.url('trips-1');
    return new Stage(city, new Phone({ api, token, serverFrame: riderServerFrame }));
  }

  async stop(): Promise<void> {
    await this.city.stop();
  }

  /** Runs at the end of the call's test. */
  later(cleanUp: () => Promise<unknown>): void {
    this.#afterwards.push(cleanUp);
  }

  async cleanUp(): Promise<void> {
    for (const cleanUp of this.#afterwards.splice(0).toReversed()) await cleanUp();
  }

  rider(): Promise<RiderPhone> {
    return this.city.rider();
  }

  driverPhone(): Promise<DriverPhone> {
    const { city } = this;
    return DriverPhone.register(city.url('dev-issuer-1'), city.url('driver-api-1'), systemClock());
  }

  async quoteId(rider: RiderPhone): Promise<string> {
    return (await rider.quote(ROSSIO, ESTRELA)).body.quote_id;
  }

  /** A trip that is canceled afterwards, if still possible. */
  async ride(rider: RiderPhone): Promise<string> {
    const { trip_id } = await rider.ride(ROSSIO, ESTRELA);
    this.later(() => rider.post(`/v1/trips/${trip_id}/cancel`, {}));
    return trip_id;
  }

  async offered(): Promise<Offered> {
    const driver = await this.city.driverAt(ROSSIO);
    const rider = await this.rider();
    const tripId = await this.ride(rider);
    this.later(async () => {
      await driver.phone.post('/v1/driver/offline');
      driver.hangUp();
    });
    return { rider, driver, offer: await driver.offer(), tripId };
  }

  async accepted(): Promise<Offered> {
    const offered = await this.offered();
    await offered.driver.accept(offered.offer);
    return offered;
  }

  async webhookId(): Promise<string> {
    const { body } = await this.operator.post<{ webhook_id: string }>('/v1/webhooks', {
      url: 'https://example.com/events',
    });
    return body.webhook_id;
  }

  /** An event that could not be delivered to the webhook. */
  async deadLetter(webhookId: string): Promise<void> {
    const [webhook, trip] = [uuidOf('webhook', webhookId), uuidOf('trip', newId('trip'))];
    await this.city.rows(
      `INSERT INTO webhook_delivery (webhook_id, trip_id, seq, due_at, dead_at)
       VALUES ('${webhook}', '${trip}', 1, now(), now())`,
    );
  }
}
