import {
  newId,
  riderServerFrame,
  type Problem,
  type Quote,
  type RiderId,
  type RiderServerFrame,
  type RiderTrip,
} from '#libs/contracts';
import type { Point } from '#libs/geo';
import type { TripEventType } from '#libs/trip';
import type { FrameOf } from './phone-socket.ts';
import { Phone, type Answer } from './phone.ts';
import { tokenFor } from './tokens.ts';

/** A rider's phone. */
export class RiderPhone extends Phone<RiderServerFrame> {
  readonly riderId: RiderId;

  private constructor(riderId: RiderId, token: string, api: string) {
    super({ api, token, serverFrame: riderServerFrame });
    this.riderId = riderId;
  }

  /** The phone of a new rider. */
  static async register(issuer: string, api: string): Promise<RiderPhone> {
    const riderId = newId('rider');
    return new RiderPhone(riderId, await tokenFor(issuer, 'rider', riderId), api);
  }

  quote(pickup: Point, dropoff: Point): Promise<Answer<Quote>> {
    return this.post('/v1/quotes', { product: 'standard', pickup, dropoff });
  }

  requestTrip(quoteId: string, key: string): Promise<Answer<RiderTrip & Problem>> {
    return this.post('/v1/trips', { quote_id: quoteId }, { 'idempotency-key': key });
  }

  /** Quotes and requests; throws unless the trip was acknowledged. */
  async ride(pickup: Point, dropoff: Point): Promise<RiderTrip> {
    const { body: quote } = await this.quote(pickup, dropoff);
    const { status, body: trip } = await this.requestTrip(quote.quote_id, newId('event'));
    if (status !== 201) throw new Error(`not requested: ${JSON.stringify(trip)}`);
    return trip;
  }

  async trip(tripId: string): Promise<RiderTrip> {
    return (await this.get<RiderTrip>(`/v1/trips/${tripId}`)).body;
  }

  /** Waits for a change of this kind of a trip. */
  untilEvent(event: TripEventType): Promise<FrameOf<RiderServerFrame, 'trip'>> {
    return this.socket.until(
      (frame): frame is FrameOf<RiderServerFrame, 'trip'> =>
        frame.type === 'trip' && frame.data.event === event,
    );
  }
}
