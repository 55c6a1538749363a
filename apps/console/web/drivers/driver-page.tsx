import { useState } from 'react';
import { Link, useParams } from 'wouter';
import type { ListedDriver, Suspicion } from '#libs/contracts';
import { Copy, IdLink } from '../design/ids.tsx';
import { Moment } from '../design/moments.tsx';
import { Badge, Button, ErrorNote, Loading, Panel, Table, type Column } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { withQuery } from '../ops-api/query.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { useMay } from '../session/context.ts';
import { ActDialog } from '../trips/act-dialog.tsx';
import { TripsTable } from '../trips/trips-table.tsx';
import { useTrips } from '../trips/use-trips.ts';
import '../trips/trips.css';
import { WhyNot } from './why-not.tsx';
import { STATUSES } from './words.ts';

/** How often a driver is read again; each look is written to the audit. */
const DRIVER_INTERVAL_MS = 5_000;
/** How often suspicions are read again: there is at most one in ten minutes. */
const SUSPICIONS_INTERVAL_MS = 60_000;

const SUSPICION_COLUMNS: readonly Column<Suspicion>[] = [
  { name: 'At', cell: ({ at }) => <Moment at={at} /> },
  { name: 'Score', isNumber: true, cell: ({ score }) => score.toFixed(2) },
  { name: 'Impossible tracks', isNumber: true, cell: ({ reasons }) => reasons.impossible_track },
  { name: 'Mocked positions', isNumber: true, cell: ({ reasons }) => reasons.mocked_position },
  { name: 'Last at', cell: ({ point }) => `${point.lat.toFixed(5)}, ${point.lng.toFixed(5)}` },
];

/** One driver: what it does now, its trips, and doubts about it. */
export default function DriverPage() {
  const { id } = useParams<{ id: string }>();
  return <Driver key={id} id={id} />;
}

function Driver({ id }: { id: string }) {
  const path = withQuery('/v1/ops/drivers', { driver_id: id });
  const { data, error, reload } = usePolled(
    path,
    (signal) => callOps<{ data: ListedDriver[] }>(path, { signal }),
    DRIVER_INTERVAL_MS,
  );
  const driver = data?.data[0];
  return (
    <div className="page-body">
      <div className="row">
        <h1>Driver</h1>
        {driver !== undefined && (
          <Badge tone={STATUSES[driver.status].tone}>{STATUSES[driver.status].name}</Badge>
        )}
        <span className="mono trip-id">{id}</span>
        <Copy text={id} what="the id of the driver" />
      </div>
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Loading what="the driver" />}
      {data !== undefined && driver === undefined && (
        <p className="note">
          No driver with this id was ever online. <Link href="/drivers">All drivers</Link>
        </p>
      )}
      {driver !== undefined && <Standing driver={driver} onChanged={reload} />}
      {driver !== undefined && <Trips driverId={id} />}
      {driver !== undefined && <WhyNot driverId={id} />}
      {driver !== undefined && <Suspicions driverId={id} />}
    </div>
  );
}

function Standing({ driver, onChanged }: { driver: ListedDriver; onChanged: () => void }) {
  const [isEnding, setEnding] = useState(false);
  const [done, setDone] = useState<string>();
  const mayWrite = useMay('ops.write');
  const whyNot = whyNotEnd(driver, mayWrite);
  const { vehicle } = driver;
  return (
    <Panel
      title="Now"
      actions={
        <span className="row">
          {whyNot !== undefined && <span className="quiet">{whyNot}</span>}
          <Button disabled={whyNot !== undefined} title={whyNot} onClick={() => setEnding(true)}>
            End the session …
          </Button>
        </span>
      }
    >
      {done !== undefined && <output className="note">{done}</output>}
      <dl className="facts">
        <dt>Session</dt>
        <dd>
          number {driver.session}, {driver.online ? 'online' : 'ended'} since{' '}
          <Moment at={driver.changed_at} />
        </dd>
        <dt>Place</dt>
        <dd>{driver.online ? <a href={`/#car=${driver.driver_id}`}>on the map</a> : 'offline'}</dd>
        <dt>Vehicle</dt>
        <dd>
          {vehicle.color} {vehicle.make} {vehicle.model}, {vehicle.plate} ({driver.product})
        </dd>
        <dt>Trip</dt>
        <dd>{driver.trip_id === null ? 'none' : <IdLink id={driver.trip_id} />}</dd>
        {driver.next_trip_id !== null && (
          <>
            <dt>Next trip</dt>
            <dd>
              <IdLink id={driver.next_trip_id} />
            </dd>
          </>
        )}
        {driver.offer !== null && (
          <>
            <dt>Asked for</dt>
            <dd>
              <IdLink id={driver.offer.trip_id} />
            </dd>
          </>
        )}
        {driver.heard_at !== null && (
          <>
            <dt>Last heard</dt>
            <dd>
              <Moment at={driver.heard_at} />
            </dd>
          </>
        )}
        <dt>Version</dt>
        <dd>{driver.driver_version}</dd>
      </dl>
      {isEnding && (
        <ActDialog
          title="End the session"
          does="The driver goes offline; an open offer is withdrawn."
          path={`/v1/ops/drivers/${driver.driver_id}/offline`}
          version={driver.driver_version}
          isHard
          onClose={() => setEnding(false)}
          onStale={onChanged}
          onDone={() => {
            setEnding(false);
            setDone('The session has ended.');
            onChanged();
          }}
        />
      )}
    </Panel>
  );
}

function whyNotEnd({ online, trip_id: tripId }: ListedDriver, mayWrite: boolean): string | undefined {
  if (!mayWrite) return 'Your token has no scope ops.write.';
  if (!online) return 'The driver is offline.';
  return tripId === null ? undefined : 'Not while the driver has a trip.';
}

function Trips({ driverId }: { driverId: string }) {
  const { data, error, reload } = useTrips({ driver_id: driverId, limit: '20' });
  return (
    <Panel
      title="Trips"
      actions={<Link href={`/trips?driver_id=${driverId}`}>All trips of this driver</Link>}
    >
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Loading what="trips" />}
      {data !== undefined && <TripsTable trips={data.data} empty="This driver has had no trip." />}
    </Panel>
  );
}

function Suspicions({ driverId }: { driverId: string }) {
  const path = withQuery('/v1/ops/suspicions', { driver_id: driverId });
  const { data, error, reload } = usePolled(
    path,
    (signal) => callOps<{ data: Suspicion[] }>(path, { signal }),
    SUSPICIONS_INTERVAL_MS,
  );
  return (
    <Panel title="Doubts about its positions">
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <Loading what="suspicions" />}
      {data !== undefined && (
        <Table
          label="Suspicions"
          columns={SUSPICION_COLUMNS}
          rows={data.data}
          keyOf={({ at }) => at}
          empty="None in the last week."
        />
      )}
    </Panel>
  );
}
