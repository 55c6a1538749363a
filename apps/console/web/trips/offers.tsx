import type { ExplainedOffer } from '#libs/contracts';
import { IdLink } from '../design/ids.tsx';
import { Moment, secondsBetween, spanOf } from '../design/moments.tsx';
import { Badge, Table, type Column } from '../design/parts.tsx';
import { FATES } from './words.ts';

const COLUMNS: readonly Column<ExplainedOffer>[] = [
  { name: 'Driver', cell: ({ driver_id }) => <IdLink id={driver_id} /> },
  { name: 'Made', cell: ({ at }) => <Moment at={at} look="exact" /> },
  {
    name: 'What became of it',
    cell: ({ fate }) => <Badge tone={FATES[fate].tone}>{FATES[fate].name}</Badge>,
  },
  {
    name: 'After',
    isNumber: true,
    cell: ({ at, ended_at }) => (ended_at === null ? 'open' : spanOf(secondsBetween(at, ended_at))),
  },
  {
    name: 'Asked again',
    cell: ({ fate, ask_again_at }) => {
      if (ask_again_at !== null) return <Moment at={ask_again_at} look="exact" />;
      return fate === 'declined' || fate === 'lapsed' ? 'never' : '–';
    },
  },
];

export function Offers({ offers }: { offers: readonly ExplainedOffer[] }) {
  return (
    <Table
      label="Offers of the trip"
      columns={COLUMNS}
      rows={offers}
      keyOf={({ offer_id }) => offer_id}
      empty="No driver was asked."
    />
  );
}
