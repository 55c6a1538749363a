import { lazy, Suspense, useState } from 'react';
import { Link, useParams } from 'wouter';
import type { TripExplanation, TripHistory } from '#libs/contracts';
import { Copy } from '../design/ids.tsx';
import { Badge, Button, ErrorNote, Loading, Panel } from '../design/parts.tsx';
import { callOps, CallFailed } from '../ops-api/call.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { Offers } from './offers.tsx';
import { Rounds } from './rounds.tsx';
import { Timeline } from './timeline.tsx';
import { TripActs } from './trip-acts.tsx';
import { TripFacts } from './trip-facts.tsx';
import { StateBadge } from './trips-table.tsx';
import { hasEnded } from './words.ts';
import './trips.css';

/** How often an open trip is read again; each look is written to the audit. */
const TRIP_INTERVAL_MS = 5_000;

/** The map library is large: it loads beside the facts, not before them. */
const TripMap = lazy(() => import('./trip-map.tsx'));

/** One trip, from its request to its end. */
export default function TripPage() {
  const { id } = useParams<{ id: string }>();
  return <Trip key={id} id={id} />;
}

function Trip({ id }: { id: string }) {
  const [isOver, setOver] = useState(false);
  const everyMs = isOver ? 0 : TRIP_INTERVAL_MS;
  const history = usePolled(
    `history ${id}`,
    async (signal) => {
      const read = await callOps<TripHistory>(`/v1/trips/${id}/history`, { signal });
      setOver(hasEnded(read.trip.state));
      return read;
    },
    everyMs,
  );
  const explained = usePolled(
    `explain ${id}`,
    (signal) => callOps<TripExplanation>(`/v1/trips/${id}/explain`, { signal }),
    everyMs,
  );
  const [chosenRound, chooseRound] = useState<number>();
  const [assignee, assignTo] = useState<string>();
  const reload = (): void => {
    history.reload();
    explained.reload();
  };
  const { data, error } = history;
  if (data === undefined)
    return (
      <div className="page-body">
        <h1>Trip</h1>
        {error === undefined ? <Loading what="the trip" /> : <NoTrip error={error} onRetry={reload} />}
      </div>
    );
  const { trip, events } = data;
  const rounds = explained.data?.rounds ?? [];
  const shown = chosenRound ?? rounds.length - 1;
  return (
    <div className="page-body">
      <div className="row">
        <h1>Trip</h1>
        <StateBadge state={trip.state} />
        {trip.attention !== null && <Badge tone="danger">{trip.attention}</Badge>}
        <span className="mono trip-id">{trip.trip_id}</span>
        <Copy text={trip.trip_id} what="the id of the trip" />
      </div>
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      <div className="trip-columns">
        <div className="stack">
          <Panel title="Facts">
            <TripFacts trip={trip} />
          </Panel>
          <TripActs
            trip={trip}
            candidates={rounds.at(-1)?.candidates ?? []}
            assignee={assignee}
            onAssignee={assignTo}
            onDone={reload}
          />
        </div>
        <Panel title="On the map">
          <Suspense fallback={<Loading what="the map" />}>
            <TripMap trip={trip} events={events} round={rounds[shown]} />
          </Suspense>
        </Panel>
      </div>
      <Panel title="Timeline">
        <Timeline events={events} />
      </Panel>
      <Panel title="Offers">
        <Explained explained={explained}>
          <Offers offers={explained.data?.offers ?? []} />
        </Explained>
      </Panel>
      <Panel title="Rounds that weighed it">
        <Explained explained={explained}>
          <Rounds
            rounds={rounds}
            shown={shown}
            onShow={chooseRound}
            canAssign={trip.state === 'processing'}
            onAssign={assignTo}
          />
        </Explained>
      </Panel>
    </div>
  );
}

function Explained({
  explained: { data, error, reload },
  children,
}: {
  explained: { data: unknown; error: unknown; reload: () => void };
  children: React.ReactNode;
}) {
  if (data !== undefined) return children;
  return error === undefined ? (
    <Loading what="what the matchers say" />
  ) : (
    <ErrorNote error={error} onRetry={reload} />
  );
}

function NoTrip({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const isUnknown = error instanceof CallFailed && (error.status === 404 || error.status === 400);
  if (!isUnknown) return <ErrorNote error={error} onRetry={onRetry} />;
  return (
    <div className="note">
      <p>There is no trip with this id.</p>
      <p>
        <Link href="/trips">All trips</Link> <Button onClick={onRetry}>Look again</Button>
      </p>
    </div>
  );
}
