import type { DriverId, DriverOffer } from '#libs/contracts';
import type { Point } from '#libs/geo';
import type { DriverPhone } from '../phones/driver-phone.ts';

const PING_INTERVAL_MS = 1_000;

/** A driver who is online, stands still, sends pings, and acts as the test says. */
export class TestDriver {
  readonly phone: DriverPhone;
  readonly #ping: () => void;
  #pings: NodeJS.Timeout;

  constructor(phone: DriverPhone, session: number, place: Point) {
    this.phone = phone;
    this.#ping = (): void =>
      phone.send({
        type: 'position',
        data: phone.ping(session, place.lat, place.lng),
      });
    this.#ping();
    this.#pings = setInterval(this.#ping, PING_INTERVAL_MS);
  }

  get driverId(): DriverId {
    return this.phone.driverId;
  }

  /** Sends no positions until {@link resume}; the socket stays open. */
  pause(): void {
    clearInterval(this.#pings);
  }

  resume(): void {
    this.#ping();
    this.#pings = setInterval(this.#ping, PING_INTERVAL_MS);
  }

  async offer(): Promise<DriverOffer> {
    return (await this.phone.next('offer')).data;
  }

  async accept(offer: DriverOffer): Promise<void> {
    await this.#do('accept', { offer_id: offer.offer_id });
  }

  async decline(offer: DriverOffer): Promise<void> {
    await this.#do('decline', { offer_id: offer.offer_id });
  }

  /** Takes all steps from arrived to completed. */
  async drive(tripId: string): Promise<void> {
    for (const step of ['arrived', 'start', 'complete']) await this.#do(step, { trip_id: tripId });
  }

  /** Goes offline properly, so that it gets no more offers. */
  async goHome(): Promise<void> {
    clearInterval(this.#pings);
    await this.#do('offline', {});
    this.hangUp();
  }

  hangUp(): void {
    clearInterval(this.#pings);
    this.phone.hangUp();
  }

  async #do(type: string, data: object): Promise<void> {
    const answer = await this.phone.ask(type, data);
    if (answer.type !== 'ack') throw new Error(`${type}: ${JSON.stringify(answer.data)}`);
  }
}
