import type { ExplainedOffer, ExplainedRound, TripHistory, TripRecord } from '#libs/contracts';
import type { Tone } from '../design/parts.tsx';

type State = TripRecord['state'];
export type Candidate = ExplainedRound['candidates'][number];
export type TripEvent = TripHistory['events'][number];

/** Perhaps a value: of types that come from the contracts. */
export type Maybe<T> = T | undefined;

export const STATES: Readonly<Record<State, { name: string; tone: Tone }>> = {
  scheduled: { name: 'scheduled', tone: 'neutral' },
  processing: { name: 'searching', tone: 'warn' },
  accepted: { name: 'driver on the way', tone: 'neutral' },
  arrived: { name: 'at the pickup', tone: 'neutral' },
  in_progress: { name: 'riding', tone: 'neutral' },
  completed: { name: 'completed', tone: 'good' },
  rider_canceled: { name: 'canceled', tone: 'neutral' },
  no_drivers_available: { name: 'no driver found', tone: 'danger' },
  failed: { name: 'failed', tone: 'danger' },
};

const ENDED: ReadonlySet<State> = new Set(['completed', 'rider_canceled', 'no_drivers_available', 'failed']);

export function hasEnded(state: State): boolean {
  return ENDED.has(state);
}

export const EVENTS: Readonly<Record<TripEvent['type'], string>> = {
  requested: 'The rider requested the trip',
  offer_made: 'The trip was offered to a driver',
  offer_declined: 'The driver declined',
  offer_expired: 'The driver did not answer',
  offer_undelivered: 'The offer did not reach the phone',
  offer_withdrawn: 'The offer was withdrawn',
  accepted: 'The driver accepted',
  driver_assigned: 'A driver was sent without an offer',
  driver_swapped: 'A nearer driver took over',
  driver_redispatched: 'The trip was taken from its driver, or given back',
  driver_lost: 'The driver fell silent: the trip goes to another one',
  arrived: 'The driver arrived at the pickup',
  started: 'The ride started',
  attention_raised: 'An operator should look at the trip',
  attention_cleared: 'The driver was heard again',
  completed: 'The ride was completed',
  rider_canceled: 'The trip was canceled',
  no_drivers_available: 'The search ended without a driver',
  failed: 'The trip failed',
};

export const FATES: Readonly<Record<ExplainedOffer['fate'], { name: string; tone: Tone }>> = {
  sent: { name: 'sent', tone: 'warn' },
  delivered: { name: 'on the phone', tone: 'warn' },
  undelivered: { name: 'did not reach the phone', tone: 'danger' },
  lapsed: { name: 'not answered', tone: 'danger' },
  declined: { name: 'declined', tone: 'danger' },
  accepted: { name: 'accepted', tone: 'good' },
  withdrawn: { name: 'withdrawn', tone: 'neutral' },
};

export const OUTCOMES: Readonly<Record<ExplainedRound['outcome'], string>> = {
  offered: 'offered to a driver',
  reassigned: 'a driver at work is sent',
  no_driver_in_radius: 'no driver near enough',
  pickup_too_far: 'no driver arrives in time',
  outbid: 'the drivers serve other trips better',
};

export const REASONS: Readonly<Record<Candidate['reason'], string>> = {
  offered: 'chosen: gets the offer',
  reassigned: 'chosen: is sent',
  on_the_way: 'has the trip already',
  other_driver_chosen: 'another driver costs less',
  taken_by_other_trip: 'chosen for another trip',
  pickup_too_far: 'cannot arrive in time, or has no route',
  not_asked_again: 'declined this trip, or gave it back',
  asked_again_later: 'did not answer; is asked again later',
};

export function isChosen({ reason }: Candidate): boolean {
  return reason === 'offered' || reason === 'reassigned';
}

export function moneyOf({ amount_minor, currency }: TripRecord['fare']): string {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount_minor / 10 ** digits);
}

export function metresOf(metres: number): string {
  return metres < 1_000 ? `${Math.round(metres)} m` : `${(metres / 1_000).toFixed(1)} km`;
}
