import type { DriverOffer } from '#sdk';
import { Button } from '../design/parts.tsx';
import { useTime } from '../phone/service-time.ts';
import { distanceWords, durationWords, moneyWords } from '../phone/words.ts';
import type { DriverPhone, DriverState } from './driver-phone.ts';

/** How often the countdown is updated. */
const COUNT_EVERY_MS = 250;

interface OfferCardProps {
  phone: DriverPhone;
  state: DriverState;
  offer: DriverOffer;
}

/** A ride that is proposed, and how long it still is. */
export function OfferCard({ phone, state, offer }: OfferCardProps) {
  const leftMs = Date.parse(offer.expires_at) - useTime(phone.now, COUNT_EVERY_MS);
  return (
    <section className="panel" aria-labelledby="offer-title">
      <h2 id="offer-title">
        {moneyWords(offer.fare)} for {distanceWords(offer.distance_m)}
      </h2>
      <p>
        The pickup is {distanceWords(offer.pickup_distance_m)} away, about{' '}
        {durationWords(offer.pickup_eta_s * 1000)}. The ride takes about {durationWords(offer.trip_s * 1000)}.
      </p>
      <p role="timer" aria-label="Time left to answer">
        <strong>{leftMs > 0 ? `${Math.ceil(leftMs / 1000)} s left` : 'The time is over'}</strong>
      </p>
      <div className="phone-actions">
        <Button look="primary" disabled={state.isBusy} onClick={() => void phone.answer(offer, 'accept')}>
          Accept
        </Button>
        <Button disabled={state.isBusy} onClick={() => void phone.answer(offer, 'decline')}>
          Decline
        </Button>
      </div>
    </section>
  );
}
