import { toTimestamp, type ExplainedOffer } from '#libs/contracts';
import type { TripEvent } from '#libs/trip';

type Fate = ExplainedOffer['fate'];

/** How an event ends an open offer; those not named leave it open. */
const FATES: Partial<Record<TripEvent['type'], Fate>> = {
  offer_declined: 'declined',
  offer_expired: 'lapsed',
  offer_undelivered: 'undelivered',
  offer_withdrawn: 'withdrawn',
  accepted: 'accepted',
  driver_swapped: 'accepted',
  rider_canceled: 'withdrawn',
  failed: 'withdrawn',
};

/** The offers of a trip and what became of each. `isDelivered`: whether a phone has acknowledged the open one. */
export function explainOffers(events: readonly TripEvent[], isDelivered: boolean): ExplainedOffer[] {
  const offers: ExplainedOffer[] = [];
  for (const event of events) {
    const open = offers.at(-1);
    const fate = FATES[event.type];
    if (event.type === 'offer_made') offers.push(openOffer(event, isDelivered));
    else if (open?.ended_at === null && fate !== undefined) offers.splice(-1, 1, ended(open, event, fate));
  }
  return offers;
}

function openOffer(
  { offer, atMs }: Extract<TripEvent, { type: 'offer_made' }>,
  isDelivered: boolean,
): ExplainedOffer {
  return {
    offer_id: offer.offerId,
    driver_id: offer.driverId,
    at: toTimestamp(atMs),
    fate: isDelivered ? 'delivered' : 'sent',
    ended_at: null,
    ask_again_at: null,
  };
}

function ended(offer: ExplainedOffer, event: TripEvent, fate: Fate): ExplainedOffer {
  const again = 'askAgainAtMs' in event ? event.askAgainAtMs : undefined;
  return {
    ...offer,
    fate,
    ended_at: toTimestamp(event.atMs),
    ask_again_at: again === undefined ? null : toTimestamp(again),
  };
}
