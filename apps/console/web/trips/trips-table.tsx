import type { TripRecord } from '#libs/contracts';
import { IdLink } from '../design/ids.tsx';
import { Moment } from '../design/moments.tsx';
import { Badge, Table, type Column } from '../design/parts.tsx';
import { moneyOf, STATES } from './words.ts';

const COLUMNS: readonly Column<TripRecord>[] = [
  { name: 'Trip', cell: ({ trip_id }) => <IdLink id={trip_id} /> },
  {
    name: 'State',
    cell: ({ state, attention }) => (
      <>
        <StateBadge state={state} /> {attention !== null && <Badge tone="danger">{attention}</Badge>}
      </>
    ),
  },
  { name: 'Requested', cell: ({ requested_at }) => <Moment at={requested_at} /> },
  { name: 'Rider', cell: ({ rider_id }) => <IdLink id={rider_id} /> },
  {
    name: 'Driver',
    cell: ({ driver, offer }) => {
      if (driver !== null) return <IdLink id={driver.driver_id} />;
      if (offer === null) return '–';
      return (
        <>
          asked: <IdLink id={offer.driver_id} />
        </>
      );
    },
  },
  { name: 'Product', cell: ({ product }) => product },
  { name: 'Fare', isNumber: true, cell: ({ fare }) => moneyOf(fare) },
];

export function TripsTable({ trips, empty }: { trips: readonly TripRecord[]; empty?: string }) {
  return (
    <Table
      label="Trips"
      columns={COLUMNS}
      rows={trips}
      keyOf={({ trip_id }) => trip_id}
      empty={empty ?? 'No trip matches. Another filter may find some.'}
    />
  );
}

export function StateBadge({ state }: { state: TripRecord['state'] }) {
  const { name, tone } = STATES[state];
  return <Badge tone={tone}>{name}</Badge>;
}
