import { useState } from 'react';
import type { ListedDriver, TripRecord } from '#libs/contracts';
import { shortId } from '../design/ids.tsx';
import { spanOf } from '../design/moments.tsx';
import { Field } from '../design/parts.tsx';
import { callOps } from '../ops-api/call.ts';
import { withQuery } from '../ops-api/query.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { useMay } from '../session/context.ts';
import { ActDialog } from './act-dialog.tsx';
import { REASONS, type Candidate } from './words.ts';

const MODES = [
  { mode: 'bind', name: 'Bind', does: 'the driver gets the trip without being asked' },
  { mode: 'offer', name: 'Offer', does: 'the driver is asked, and may decline' },
  { mode: 'force', name: 'Force', does: 'even if the driver refused it, gave it back or did not answer' },
] as const;
type Mode = (typeof MODES)[number]['mode'];

interface AssignDialogProps {
  trip: TripRecord;
  candidates: readonly Candidate[];
  /** Whom the operator dragged or chose; empty: nobody yet. */
  driverId: string;
  onClose: () => void;
  onDone: () => void;
  onStale: () => void;
}

/** Chooses the driver of a waiting trip, and how the driver gets it. */
export function AssignDialog({ trip, candidates, driverId, onClose, onDone, onStale }: AssignDialogProps) {
  const [chosen, choose] = useState(driverId);
  const [mode, setMode] = useState<Mode>('bind');
  const mayForce = useMay('ops.force');
  const path = withQuery('/v1/ops/drivers', { status: 'free', product: trip.product, limit: '200' });
  const { data } = usePolled(path, (signal) => callOps<{ data: ListedDriver[] }>(path, { signal }), 0);
  const weighed = new Set(candidates.map((candidate) => candidate.driver_id as string));
  const others = (data?.data ?? []).filter(({ driver_id: id }) => !weighed.has(id));
  const isListed = chosen === '' || weighed.has(chosen) || others.some(({ driver_id: id }) => id === chosen);
  return (
    <ActDialog
      title="Assign this trip"
      does="Another driver who is asked now is asked no longer."
      path={`/v1/ops/trips/${trip.trip_id}/assign`}
      version={trip.seq}
      further={{ driver_id: chosen, mode }}
      canSend={chosen !== ''}
      onClose={onClose}
      onDone={onDone}
      onStale={onStale}
    >
      <Field label="Driver">
        <select value={chosen} onChange={(event) => choose(event.target.value)}>
          <option value="">choose …</option>
          {!isListed && <option value={chosen}>{shortId(chosen)}</option>}
          <optgroup label="Weighed in the newest round">
            {candidates.map((candidate) => (
              <option key={candidate.driver_id} value={candidate.driver_id}>
                {shortId(candidate.driver_id)} –{' '}
                {candidate.pickup_eta_s === null ? 'no time known' : spanOf(candidate.pickup_eta_s)},{' '}
                {REASONS[candidate.reason]}
              </option>
            ))}
          </optgroup>
          <optgroup label={`Other free drivers, ${trip.product}`}>
            {others.map(({ driver_id: id, vehicle }) => (
              <option key={id} value={id}>
                {shortId(id)} – {vehicle.plate}
              </option>
            ))}
          </optgroup>
        </select>
      </Field>
      <fieldset className="modes">
        <legend className="quiet">How</legend>
        {MODES.map(({ mode: one, name, does }) => (
          <label key={one}>
            <input
              type="radio"
              name="mode"
              value={one}
              checked={mode === one}
              disabled={one === 'force' && !mayForce}
              onChange={() => setMode(one)}
            />{' '}
            <strong>{name}</strong>:{' '}
            {one === 'force' && !mayForce ? 'your token has no scope ops.force' : does}
          </label>
        ))}
      </fieldset>
    </ActDialog>
  );
}
