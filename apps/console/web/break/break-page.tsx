import { useState } from 'react';
import type { CityFault, CityProcess } from '#libs/contracts';
import { Badge, Button, Empty, ErrorNote, Loading, Panel, type Tone } from '../design/parts.tsx';
import { call } from '../ops-api/call.ts';
import { usePolled } from '../ops-api/use-polled.ts';
import { useMay, useSettings } from '../session/context.ts';
import { FaultList } from './fault-list.tsx';
import './break.css';

const BREAK_EVERY_MS = 1_000;

const KINDS: Readonly<Record<CityProcess['kind'], string>> = {
  matcher: 'Matchers: they own shards and make offers',
  trips: 'Trips: the only writer',
  postgres: 'Postgres: a primary and its standbys',
  nats: 'NATS: the bus',
  'rider-api': 'Rider API: the sockets of riders',
  'driver-api': 'Driver API: the sockets of drivers',
  webhooks: 'Webhooks: deliver events',
  'dev-issuer': 'Issuer of tokens for development',
};
const KIND_ORDER = Object.keys(KINDS);

const STATES: Readonly<Record<CityProcess['state'], Tone>> = {
  running: 'good',
  frozen: 'warn',
  cut: 'warn',
  starting: 'neutral',
  dead: 'danger',
};

type Act = CityProcess['can'][number];
const ACTS: Readonly<Record<Act, { word: string; meaning: string }>> = {
  kill: { word: 'Kill', meaning: 'kill -9: it ends at once, and is started again' },
  freeze: { word: 'Freeze', meaning: 'SIGSTOP: it keeps its connections, and does nothing' },
  thaw: { word: 'Thaw', meaning: 'SIGCONT: it goes on as if no time had passed' },
  cut: { word: 'Cut off', meaning: 'nothing passes between it and NATS' },
  mend: { word: 'Mend', meaning: 'its connection to NATS works again' },
};
const ENDINGS: ReadonlySet<Act> = new Set(['thaw', 'mend']);

/** Development only: breaks processes of the running city, and shows what follows and when. */
export default function BreakPage() {
  const { can_break: canBreak } = useSettings();
  if (!canBreak)
    return (
      <div className="page-body">
        <h1>Break it</h1>
        <Empty>Only the city of `npm start` can be broken from the page.</Empty>
      </div>
    );
  return <Playground />;
}

function Playground() {
  const mayBreak = useMay('ops.force');
  const [failure, setFailure] = useState<unknown>();
  const { data, error, reload } = usePolled(
    'break',
    async (signal) => {
      const [processes, faults] = await Promise.all([
        call<{ data: CityProcess[] }>('/v1/console/break/processes', { signal }),
        call<{ data: CityFault[] }>('/v1/console/break/faults', { signal }),
      ]);
      return { processes: processes.data, faults: faults.data };
    },
    BREAK_EVERY_MS,
  );
  const act = async (name: string, what: Act): Promise<void> => {
    try {
      await call(`/v1/console/break/processes/${name}/${what}`, { method: 'POST' });
      setFailure(undefined);
    } catch (thrown) {
      setFailure(thrown);
    }
    reload();
  };
  return (
    <div className="page-body">
      <h1>Break it</h1>
      <p>
        This city is a playground: kill, freeze or cut off any of its processes. No acknowledged trip is lost.
        What is killed is started again by itself; what is frozen or cut off stays so until you end it.
      </p>
      {!mayBreak && <Empty>Your token lacks the scope ops.force: you can watch, not break.</Empty>}
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {failure !== undefined && <ErrorNote error={failure} />}
      {data === undefined && error === undefined && <Loading what="the processes" />}
      {data !== undefined && (
        <div className="break">
          <Panel title="Processes">
            <Processes processes={data.processes} onAct={mayBreak ? act : undefined} />
          </Panel>
          <Panel title="What was broken, and what followed">
            <FaultList faults={data.faults} />
          </Panel>
        </div>
      )}
    </div>
  );
}

type OnAct = (name: string, act: Act) => Promise<void>;

function Processes({ processes, onAct }: { processes: readonly CityProcess[]; onAct: OnAct | undefined }) {
  const kinds = [...Map.groupBy(processes, ({ kind }) => kind)].toSorted(
    ([a], [b]) => KIND_ORDER.indexOf(a) - KIND_ORDER.indexOf(b),
  );
  return kinds.map(([kind, members]) => (
    <section key={kind} className="stack">
      <h3>{KINDS[kind]}</h3>
      <ul className="break-processes">
        {members.map((process) => (
          <li key={process.name} className="break-process">
            <span>
              <strong>{process.name}</strong> {process.role !== undefined && <Badge>{process.role}</Badge>}{' '}
              <Badge tone={STATES[process.state]}>{process.state}</Badge>
            </span>
            <span className="row">
              {process.can.length === 0 && <small>cannot be broken now</small>}
              {onAct !== undefined &&
                process.can.map((what) => (
                  <Button
                    key={what}
                    look={ENDINGS.has(what) ? 'primary' : 'plain'}
                    title={ACTS[what].meaning}
                    aria-label={`${ACTS[what].word} ${process.name}: ${ACTS[what].meaning}`}
                    onClick={() => void onAct(process.name, what)}
                  >
                    {ACTS[what].word}
                  </Button>
                ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  ));
}
