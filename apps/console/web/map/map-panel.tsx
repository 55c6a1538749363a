import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { CarStatus } from '../../protocol/car-frame.ts';
import type { MapTrip } from '../../protocol/map-messages.ts';
import { Badge, Button, type Tone } from '../design/parts.tsx';
import type { CarStore } from './car-store.ts';
import type { CityNews } from './city-feed.ts';
import { publicId, uuidOf } from './ids.ts';
import { isWaiting } from './map-shapes.ts';
import { timeOf } from './shard-event-list.tsx';
import { wordsOf } from './shard-events.ts';
import type { Selection } from './view-hash.ts';

const STATUSES: Readonly<Record<CarStatus, { tone: Tone; word: string }>> = {
  free: { tone: 'good', word: 'free' },
  offered: { tone: 'warn', word: 'has an offer' },
  on_trip: { tone: 'neutral', word: 'on a trip' },
  silent: { tone: 'danger', word: 'silent' },
};

interface MapPanelProps {
  selection: Selection;
  news: CityNews;
  cars: CarStore;
  isFollowing: boolean;
  onFollow: (isFollowing: boolean) => void;
  onSelect: (selection: Selection | undefined) => void;
}

/** The facts of what was picked on the map. */
export function MapPanel(props: MapPanelProps) {
  const { selection, onSelect } = props;
  const title = { car: 'Car', trip: 'Trip', shard: 'Shard' }[selection.kind];
  return (
    <section className="map-card map-panel" aria-label={`Selected ${selection.kind}`}>
      <div className="row map-panel-head">
        <h2>{title}</h2>
        <Button aria-label="Close" onClick={() => onSelect(undefined)}>
          ✕
        </Button>
      </div>
      <code className="map-id">{selection.id}</code>
      {selection.kind === 'car' && <CarFacts {...props} />}
      {selection.kind === 'trip' && <TripFacts {...props} />}
      {selection.kind === 'shard' && <ShardFacts {...props} />}
    </section>
  );
}

function CarFacts({ selection, news, cars, isFollowing, onFollow, onSelect }: MapPanelProps) {
  const car = cars.find(uuidOf(selection.id) ?? '');
  const trip = tripOf(news, selection.id);
  return (
    <>
      {car === undefined ? (
        <p className="map-hint">It is not in this view.</p>
      ) : (
        <dl className="facts">
          <Fact name="Status">
            <Badge tone={STATUSES[car.status].tone}>{STATUSES[car.status].word}</Badge>
          </Fact>
          <Fact name="Heard of">
            {(car.ageMs / 1_000).toFixed(1)} s before {news.atMs === undefined ? 'now' : timeOf(news.atMs)}
          </Fact>
          {car.headingDeg !== undefined && <Fact name="Heading">{Math.round(car.headingDeg)}°</Fact>}
          <Fact name="At">
            {car.glide.to.lat.toFixed(5)}, {car.glide.to.lng.toFixed(5)}
            {car.isSnapped && ' (about)'}
          </Fact>
          {trip !== undefined && (
            <Fact name="Trip">
              <PickButton pick={{ kind: 'trip', id: trip.trip_id }} onSelect={onSelect}>
                {words(trip.state)}
              </PickButton>
            </Fact>
          )}
        </dl>
      )}
      <div className="row">
        {car !== undefined && (
          <Button aria-pressed={isFollowing} onClick={() => onFollow(!isFollowing)}>
            {isFollowing ? 'Stop following' : 'Follow'}
          </Button>
        )}
        <Link href={`/drivers/${selection.id}`}>Open the driver</Link>
      </div>
    </>
  );
}

function TripFacts({ selection, news, onSelect }: MapPanelProps) {
  const trip = news.trips.get(selection.id);
  const id = publicId('trip', selection.id);
  return (
    <>
      {trip === undefined ? (
        <p className="map-hint">It has ended, or is not in this view.</p>
      ) : (
        <dl className="facts">
          <Fact name="State">
            <Badge tone={isWaiting(trip.state) ? 'danger' : 'neutral'}>{words(trip.state)}</Badge>
          </Fact>
          <Fact name="Requested">{timeOf(Date.parse(trip.requested_at))}</Fact>
          {isWaiting(trip.state) && news.atMs !== undefined && (
            <Fact name="Waits for">
              {Math.max(0, Math.round((news.atMs - Date.parse(trip.requested_at)) / 1_000))} s
            </Fact>
          )}
          <Fact name="Rider">
            <code className="map-id">{publicId('rider', trip.rider_id)}</code>
          </Fact>
          <Fact name="Driver">
            {trip.driver_id === null ? (
              'none yet'
            ) : (
              <PickButton pick={{ kind: 'car', id: publicId('driver', trip.driver_id) }} onSelect={onSelect}>
                {publicId('driver', trip.driver_id)}
              </PickButton>
            )}
          </Fact>
        </dl>
      )}
      <Link href={`/trips/${id}`}>Open the trip</Link>
    </>
  );
}

function ShardFacts({ selection, news }: MapPanelProps) {
  const shard = news.shards.shards.get(selection.id);
  const events = news.shards.events.filter((event) => event.shard === selection.id);
  return (
    <>
      {shard === undefined ? (
        <p className="map-hint">There is no such shard now.</p>
      ) : (
        <dl className="facts">
          <Fact name="Owner">{shard.owner ?? 'nobody'}</Fact>
          <Fact name="Epoch">{shard.epoch}</Fact>
        </dl>
      )}
      {events.length > 0 && (
        <ol className="map-plain">
          {events.map((event) => (
            <li key={`${event.epoch} ${event.kind} ${event.atMs}`}>
              {wordsOf(event)} <span className="map-hint">epoch {event.epoch}</span>
            </li>
          ))}
        </ol>
      )}
      <Link href="/shards">All shards</Link>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function PickButton({
  pick,
  onSelect,
  children,
}: {
  pick: Selection;
  onSelect: (selection: Selection) => void;
  children: ReactNode;
}) {
  return (
    <button type="button" className="map-link map-id" onClick={() => onSelect(pick)}>
      {children}
    </button>
  );
}

function tripOf(news: CityNews, driverId: string): MapTrip | undefined {
  for (const trip of news.trips.values())
    if (trip.driver_id !== null && publicId('driver', trip.driver_id) === driverId) return trip;
  return undefined;
}

/** `in_progress` → `in progress`. */
function words(state: string): string {
  return state.replaceAll('_', ' ');
}
