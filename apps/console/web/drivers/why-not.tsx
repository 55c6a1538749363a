import { useState } from 'react';
import type { ExplainedDriverRound } from '#libs/contracts';
import { IdLink } from '../design/ids.tsx';
import { Moment, spanOf } from '../design/moments.tsx';
import { Button, ErrorNote, Field, Loading, Panel, Table, type Column } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { withQuery } from '../ops-api/query.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { metresOf, OUTCOMES, REASONS } from '../trips/words.ts';

/** How far back the question begins at first. */
const FIRST_SPAN_MS = 15 * 60_000;
const MS_PER_MINUTE = 60_000;

const COLUMNS: readonly Column<ExplainedDriverRound>[] = [
  { name: 'At', cell: ({ at }) => <Moment at={at} look="exact" /> },
  { name: 'Trip', cell: ({ trip_id: tripId }) => <IdLink id={tripId} /> },
  { name: 'Away', isNumber: true, cell: ({ candidate }) => metresOf(candidate.pickup_distance_m) },
  {
    name: 'Pickup in',
    isNumber: true,
    cell: ({ candidate: { pickup_eta_s: etaS } }) => (etaS === null ? '–' : spanOf(etaS)),
  },
  {
    name: 'Cost s',
    isNumber: true,
    cell: ({ candidate: { cost_s: costS } }) => (costS === null ? '–' : costS.toFixed(0)),
  },
  { name: 'Why', cell: ({ candidate }) => REASONS[candidate.reason] },
  {
    name: 'Who instead',
    cell: ({ chosen, candidate, outcome }) => {
      if (chosen === null) return OUTCOMES[outcome];
      if (chosen.driver_id === candidate.driver_id) return 'this driver';
      return (
        <>
          <IdLink id={chosen.driver_id} />
          {chosen.cost_s !== null && `, cost ${chosen.cost_s.toFixed(0)} s`}
        </>
      );
    },
  },
];

/** "Why not me": the rounds between two moments that weighed a driver, and who got those trips. */
export function WhyNot({ driverId }: { driverId: string }) {
  const [span, setSpan] = useState(() => ({
    from: localMinute(Date.now() - FIRST_SPAN_MS),
    to: localMinute(Date.now() + MS_PER_MINUTE),
  }));
  const [asked, setAsked] = useState<{ from: string; to: string }>();
  return (
    <Panel title="Why not this driver?">
      <form
        className="row"
        style={{ alignItems: 'end' }}
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(span);
        }}
      >
        <Field label="From">
          <input
            type="datetime-local"
            required
            value={span.from}
            max={span.to}
            onChange={({ target }) => setSpan({ ...span, from: target.value })}
          />
        </Field>
        <Field label="To">
          <input
            type="datetime-local"
            required
            value={span.to}
            min={span.from}
            onChange={({ target }) => setSpan({ ...span, to: target.value })}
          />
        </Field>
        <Button type="submit">Ask the matchers</Button>
      </form>
      {asked !== undefined && <Answer key={`${asked.from} ${asked.to}`} driverId={driverId} {...asked} />}
    </Panel>
  );
}

function Answer({ driverId, from, to }: { driverId: string; from: string; to: string }) {
  const path = withQuery(`/v1/ops/drivers/${driverId}/explain`, {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  });
  const { data, error, reload } = usePolled(
    path,
    (signal) => callOps<{ rounds: ExplainedDriverRound[] }>(path, { signal }),
    0,
  );
  if (error !== undefined) return <ErrorNote error={error} onRetry={reload} />;
  if (data === undefined) return <Loading what="the rounds" />;
  return (
    <Table
      label="Rounds that weighed this driver"
      columns={COLUMNS}
      rows={data.rounds}
      keyOf={({ matcher, at, trip_id: tripId }) => `${matcher} ${at} ${tripId}`}
      empty="No matcher remembers a round with this driver in that time: they keep the newest ones, for a while."
    />
  );
}

/** A moment as the browser's field for date and time writes it, in its time zone. */
function localMinute(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * MS_PER_MINUTE).toISOString().slice(0, 16);
}
