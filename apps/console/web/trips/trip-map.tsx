import { useState } from 'react';
import type { ExplainedRound, TracePosition, TripRecord, TripTrace } from '#libs/contracts';
import { spanOf } from '../design/moments.tsx';
import { ErrorNote } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { MiniMap } from './mini-map.tsx';
import { Replay } from './replay.tsx';
import { hasEnded, type Maybe, type TripEvent } from './words.ts';

/** How often the trace of an open trip is read again; each look is written to the audit. */
const TRACE_INTERVAL_MS = 5_000;

const KEY = [
  ['--good', 'pickup'],
  ['--danger', 'dropoff'],
  ['--car-offered', 'chosen driver'],
  ['--car-silent', 'other candidates'],
  ['--car-on-trip', 'the way driven'],
] as const;

interface TripMapProps {
  trip: TripRecord;
  events: readonly TripEvent[];
  round: Maybe<ExplainedRound>;
}

/** A trip on the map: pickup, dropoff, the candidates of a round, and the way its drivers drove, to be replayed. */
export default function TripMap({ trip, events, round }: TripMapProps) {
  const { data, error, reload } = usePolled(
    `trace ${trip.trip_id}`,
    (signal) => callOps<TripTrace>(`/v1/trips/${trip.trip_id}/trace`, { signal }),
    hasEnded(trip.state) ? 0 : TRACE_INTERVAL_MS,
  );
  const [atMs, setAtMs] = useState<number>();
  const trace = data?.data ?? [];
  const shownMs = atMs ?? Infinity;
  return (
    <>
      <MiniMap
        pickup={trip.pickup}
        dropoff={trip.dropoff}
        candidates={round?.candidates ?? []}
        trace={trace}
        car={carAt(trace, shownMs)}
      />
      <ul className="mini-map-key quiet" aria-label="Key of the map">
        {KEY.map(([token, name]) => (
          <li key={name} style={{ '--of': `var(${token})` } as React.CSSProperties}>
            {name}
          </li>
        ))}
      </ul>
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {data !== undefined && trace.length === 0 && <p className="quiet">{whyNoTrace(data, trip)}</p>}
      {trace.length === 1 && <p className="quiet">One position so far: there is nothing to replay yet.</p>}
      {trace.length >= 2 && <Replay trace={trace} events={events} atMs={atMs} onMove={setAtMs} />}
    </>
  );
}

/** The last position up to a moment. */
function carAt(trace: readonly TracePosition[], atMs: number): Maybe<TracePosition> {
  return trace.findLast(({ at }) => Date.parse(at) <= atMs) ?? trace[0];
}

function whyNoTrace({ kept_s: keptS }: TripTrace, trip: TripRecord): string {
  if (keptS === 0) return 'This installation keeps no positions of trips.';
  if (trip.accepted_at === null) return 'No driver has had this trip, so there is no way to show.';
  return `No positions: they are kept for ${spanOf(keptS)}, from the moment a driver has the trip.`;
}
