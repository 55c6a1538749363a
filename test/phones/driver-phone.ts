import {
  driverServerFrame,
  newId,
  toTimestamp,
  type DriverId,
  type DriverServerFrame,
  type Ping,
} from '#libs/contracts';
import type { Clock } from '#libs/service';
import { Phone } from './phone.ts';
import { tokenFor } from './tokens.ts';

export const onlineBody = {
  product: 'standard',
  vehicle: { plate: 'AA-00-BB', make: 'Dacia', model: 'Logan', color: 'white' },
};

/** A driver's phone. */
export class DriverPhone extends Phone<DriverServerFrame> {
  readonly driverId: DriverId;
  readonly #clock: Clock;
  #seq = 0;

  private constructor(driverId: DriverId, token: string, api: string, clock: Clock) {
    super({ api, token, serverFrame: driverServerFrame });
    this.driverId = driverId;
    this.#clock = clock;
  }

  /** The phone of a new driver. */
  static async register(issuer: string, api: string, clock: Clock): Promise<DriverPhone> {
    const driverId = newId('driver');
    return new DriverPhone(driverId, await tokenFor(issuer, 'driver', driverId), api, clock);
  }

  /** Goes online over the socket; returns the session. */
  async online(): Promise<number> {
    const { data } = await this.ask('online', onlineBody);
    const session = 'driver' in data ? data.driver?.session : undefined;
    if (typeof session !== 'number') throw new Error(`not online: ${JSON.stringify(data)}`);
    this.#seq = 0;
    return session;
  }

  /** The next position of the session. */
  ping(session: number, lat: number, lng: number, part: Partial<Ping> = {}): Ping {
    this.#seq += 1;
    return { session, seq: this.#seq, lat, lng, recorded_at: toTimestamp(this.#clock.now()), ...part };
  }
}
