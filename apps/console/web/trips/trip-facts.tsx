import type { TripRecord } from '#libs/contracts';
import { Link } from 'wouter';
import { IdLink } from '../design/ids.tsx';
import { Moment, secondsBetween, spanOf } from '../design/moments.tsx';
import { hasEnded, metresOf, moneyOf } from './words.ts';

/** What a trip is now: who, what, from where to where, for how much. */
export function TripFacts({ trip }: { trip: TripRecord }) {
  const { driver, offer, ended_at: endedAt } = trip;
  return (
    <dl className="facts">
      <dt>Rider</dt>
      <dd>
        <Link href={`/trips?rider_id=${trip.rider_id}`} className="mono" title="all trips of this rider">
          {trip.rider_id}
        </Link>
      </dd>
      <dt>Driver</dt>
      <dd>
        {driver === null ? (
          'none'
        ) : (
          <>
            <IdLink id={driver.driver_id} /> · {driver.vehicle.color} {driver.vehicle.make}{' '}
            {driver.vehicle.model}, {driver.vehicle.plate} · pickup in {spanOf(driver.pickup_eta_s)} as
            estimated then
          </>
        )}
      </dd>
      {offer !== null && (
        <>
          <dt>Asked now</dt>
          <dd>
            <IdLink id={offer.driver_id} />, {spanOf(offer.pickup_eta_s)} away, until{' '}
            <Moment at={offer.expires_at} look="exact" />
          </dd>
        </>
      )}
      <dt>Product</dt>
      <dd>{trip.product}</dd>
      <dt>Fare</dt>
      <dd>{moneyOf(trip.fare)}, upfront</dd>
      <dt>Ride</dt>
      <dd>
        {metresOf(trip.distance_m)} {trip.distance_source === 'air' ? 'by air' : 'on streets'}, about{' '}
        {spanOf(trip.trip_s)}
      </dd>
      <dt>Pickup</dt>
      <dd className="mono">{placeOf(trip.pickup)}</dd>
      <dt>Dropoff</dt>
      <dd className="mono">{placeOf(trip.dropoff)}</dd>
      <dt>Requested</dt>
      <dd>
        <Moment at={trip.requested_at} />
        {trip.state === 'processing' && (
          <>
            , searched until <Moment at={trip.search_deadline_at} look="exact" />
          </>
        )}
      </dd>
      {endedAt !== null && (
        <>
          <dt>Ended</dt>
          <dd>
            <Moment at={endedAt} />, after {spanOf(secondsBetween(trip.requested_at, endedAt))}
          </dd>
        </>
      )}
      {hasEnded(trip.state) && trip.cancel_reason !== null && (
        <>
          <dt>Reason</dt>
          <dd>{trip.cancel_reason}</dd>
        </>
      )}
      {trip.swaps > 0 && (
        <>
          <dt>Swaps</dt>
          <dd>{trip.swaps} times a nearer driver took over</dd>
        </>
      )}
      {trip.excluded_driver_ids.length > 0 && (
        <>
          <dt>Not asked again</dt>
          <dd className="row" style={{ gap: 'var(--gap-s)' }}>
            {trip.excluded_driver_ids.map((id) => (
              <IdLink key={id} id={id} />
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

function placeOf({ lat, lng }: TripRecord['pickup']): string {
  return `${lat.toFixed(5)}, ${lng.toFixed(5)}`;
}
