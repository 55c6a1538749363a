import { useState } from 'react';
import type { TripRecord } from '#libs/contracts';
import { Button, Panel } from '../design/parts.tsx';
import { useMay } from '../session/context.ts';
import { ActDialog } from './act-dialog.tsx';
import { AssignDialog } from './assign-dialog.tsx';
import { DRAGGED_DRIVER } from './dragged-driver.ts';
import { hasEnded, type Candidate } from './words.ts';

type State = TripRecord['state'];

interface Act {
  name: 'cancel' | 'redispatch' | 'complete' | 'fail';
  label: string;
  does: string;
  scope: 'ops.write' | 'ops.force';
  states: readonly State[];
  isHard?: true;
}

const BEFORE_RIDE: readonly State[] = ['processing', 'accepted', 'arrived'];
const ACTS: readonly Act[] = [
  {
    name: 'redispatch',
    label: 'Redispatch',
    does: 'Takes the trip from its driver before the ride and searches for another one.',
    scope: 'ops.write',
    states: ['accepted', 'arrived'],
  },
  {
    name: 'cancel',
    label: 'Cancel',
    does: 'Cancels the trip for its rider before the ride; its driver is free.',
    scope: 'ops.write',
    states: BEFORE_RIDE,
    isHard: true,
  },
  {
    name: 'complete',
    label: 'Complete',
    does: 'Ends a ride whose driver does not: the rider is at the dropoff.',
    scope: 'ops.force',
    states: ['in_progress'],
    isHard: true,
  },
  {
    name: 'fail',
    label: 'Fail',
    does: 'Ends a trip that cannot go on; its driver is free.',
    scope: 'ops.force',
    states: [...BEFORE_RIDE, 'in_progress'],
    isHard: true,
  },
];

interface TripActsProps {
  trip: TripRecord;
  candidates: readonly Candidate[];
  assignee: string | undefined;
  onAssignee: (driverId: string | undefined) => void;
  onDone: () => void;
}

/** What an operator can do to a trip: what is not possible now says why. A driver can be dropped here. */
export function TripActs({ trip, candidates, assignee, onAssignee, onDone }: TripActsProps) {
  const [open, setOpen] = useState<Act>();
  const [done, setDone] = useState<string>();
  const may = { 'ops.write': useMay('ops.write'), 'ops.force': useMay('ops.force') };
  const whyNot = (states: readonly State[], scope: Act['scope']): string | undefined => {
    if (!may[scope]) return `Your token has no scope ${scope}.`;
    if (hasEnded(trip.state)) return 'The trip has ended.';
    return states.includes(trip.state) ? undefined : 'Not in this state of the trip.';
  };
  const noAssign = whyNot(['processing'], 'ops.write');
  const finished = (words: string): void => {
    setOpen(undefined);
    onAssignee(undefined);
    setDone(words);
    onDone();
  };
  const drop = (event: React.DragEvent): void => {
    const driverId = event.dataTransfer.getData(DRAGGED_DRIVER);
    if (driverId === '') return;
    event.preventDefault();
    onAssignee(driverId);
  };
  return (
    <div
      onDragOver={(event) => {
        if (noAssign === undefined && event.dataTransfer.types.includes(DRAGGED_DRIVER))
          event.preventDefault();
      }}
      onDrop={drop}
    >
      <Panel title="Act on it">
        {done !== undefined && <output className="note">{done}</output>}
        <ul className="acts">
          <ActItem
            label="Assign …"
            does="Gives the waiting trip to a free driver. A candidate below can also be dragged here."
            whyNot={noAssign}
            onOpen={() => onAssignee('')}
          />
          {ACTS.map((act) => (
            <ActItem
              key={act.name}
              label={`${act.label} …`}
              does={act.does}
              whyNot={whyNot(act.states, act.scope)}
              onOpen={() => setOpen(act)}
            />
          ))}
        </ul>
      </Panel>
      {open !== undefined && (
        <ActDialog
          title={`${open.label} this trip`}
          does={open.does}
          path={`/v1/ops/trips/${trip.trip_id}/${open.name}`}
          version={trip.seq}
          isHard={open.isHard === true}
          onClose={() => setOpen(undefined)}
          onDone={() => finished(`${open.label}: done.`)}
          onStale={onDone}
        />
      )}
      {assignee !== undefined && noAssign === undefined && (
        <AssignDialog
          trip={trip}
          candidates={candidates}
          driverId={assignee}
          onClose={() => onAssignee(undefined)}
          onDone={() => finished('Assign: done.')}
          onStale={onDone}
        />
      )}
    </div>
  );
}

interface ActItemProps {
  label: string;
  does: string;
  whyNot: string | undefined;
  onOpen: () => void;
}

function ActItem({ label, does, whyNot, onOpen }: ActItemProps) {
  return (
    <li>
      <Button disabled={whyNot !== undefined} title={whyNot} onClick={onOpen}>
        {label}
      </Button>
      <span className="quiet">{whyNot ?? does}</span>
    </li>
  );
}
