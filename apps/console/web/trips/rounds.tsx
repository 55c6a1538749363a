import type { ExplainedRound } from '#libs/contracts';
import { IdLink } from '../design/ids.tsx';
import { Moment, spanOf } from '../design/moments.tsx';
import { Badge, Button, Empty, Field, Table, type Column } from '../design/parts.tsx';
import { DRAGGED_DRIVER } from './dragged-driver.ts';
import { isChosen, metresOf, OUTCOMES, REASONS, type Candidate } from './words.ts';

interface RoundsProps {
  rounds: readonly ExplainedRound[];
  shown: number;
  onShow: (index: number) => void;
  canAssign: boolean;
  onAssign: (driverId: string) => void;
}

/** The rounds that matchers still have in memory, one shown with its candidates. */
export function Rounds({ rounds, shown, onShow, canAssign, onAssign }: RoundsProps) {
  const round = rounds[shown];
  if (round === undefined)
    return (
      <Empty>No matcher remembers a round with this trip: they keep the newest ones, for a while.</Empty>
    );
  const columns = canAssign ? [...COLUMNS, assignColumn(onAssign)] : COLUMNS;
  return (
    <>
      <div className="row" style={{ alignItems: 'end' }}>
        <Field label={`Round ${shown + 1} of ${rounds.length}`}>
          <select value={shown} onChange={(event) => onShow(Number(event.target.value))}>
            {rounds.map(({ at, outcome, matcher }, index) => (
              <option key={`${matcher} ${at}`} value={index}>
                {index + 1}: {new Date(at).toLocaleTimeString()} – {OUTCOMES[outcome]}
              </option>
            ))}
          </select>
        </Field>
        <Button disabled={shown === 0} onClick={() => onShow(shown - 1)}>
          Earlier
        </Button>
        <Button disabled={shown === rounds.length - 1} onClick={() => onShow(shown + 1)}>
          Later
        </Button>
      </div>
      <p>
        At <Moment at={round.at} look="exact" /> {round.matcher}, the owner of shard{' '}
        <code>{round.shard}</code>, decided: <strong>{OUTCOMES[round.outcome]}</strong>. To leave the trip
        waiting would have cost {spanOf(round.skip_cost_s)}.
      </p>
      <Table
        label="Candidates of the round"
        columns={columns}
        rows={round.candidates}
        keyOf={({ driver_id }) => driver_id}
        empty="No driver of this product was near enough."
      />
    </>
  );
}

const COLUMNS: readonly Column<Candidate>[] = [
  {
    name: 'Driver',
    cell: ({ driver_id }) => (
      <span
        draggable
        onDragStart={(event) => event.dataTransfer.setData(DRAGGED_DRIVER, driver_id)}
        style={{ cursor: 'grab' }}
      >
        <IdLink id={driver_id} />
      </span>
    ),
  },
  { name: 'By air', isNumber: true, cell: ({ pickup_distance_m }) => metresOf(pickup_distance_m) },
  {
    name: 'Arrives in',
    isNumber: true,
    cell: ({ pickup_eta_s, in_dead_part }) =>
      pickup_eta_s === null ? '–' : `${spanOf(pickup_eta_s)}${in_dead_part ? ' (by air)' : ''}`,
  },
  { name: 'Cost', isNumber: true, cell: ({ cost_s }) => (cost_s === null ? '–' : spanOf(cost_s)) },
  {
    name: 'Why, or why not',
    cell: (candidate) =>
      isChosen(candidate) ? (
        <Badge tone="good">{REASONS[candidate.reason]}</Badge>
      ) : (
        REASONS[candidate.reason]
      ),
  },
];

function assignColumn(onAssign: (driverId: string) => void): Column<Candidate> {
  return {
    name: 'Assign',
    cell: ({ driver_id }) => <Button onClick={() => onAssign(driver_id)}>Assign …</Button>,
  };
}
