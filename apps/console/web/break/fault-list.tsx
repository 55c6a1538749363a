import type { CityFault } from '#libs/contracts';
import { Badge, Empty } from '../design/parts.tsx';

const WORDS: Readonly<Record<CityFault['act'], string>> = { kill: 'Killed', freeze: 'Froze', cut: 'Cut off' };

/** Faults, newest first, each with its consequences and when they were seen. */
export function FaultList({ faults }: { faults: readonly CityFault[] }) {
  if (faults.length === 0) return <Empty>Nothing was broken yet.</Empty>;
  return (
    <ol className="break-faults" aria-live="polite">
      {faults.map((fault) => (
        <li key={fault.id} className="break-fault">
          <p className="row">
            <strong>
              {WORDS[fault.act]} {fault.process}
              {fault.role !== undefined && ` (the ${fault.role})`}
            </strong>
            {fault.is_over ? <Badge tone="good">over</Badge> : <Badge tone="warn">under way</Badge>}
          </p>
          <p className="break-when">
            <time dateTime={fault.at}>{new Date(fault.at).toLocaleTimeString()}</time>
            {fault.by !== null && ` by ${fault.by}`}
          </p>
          <ul className="break-consequences">
            {fault.consequences.map(({ what, text, after_ms: afterMs }) => (
              <li key={what}>
                <span>{text}</span>
                <span className="break-after">
                  {afterMs === null
                    ? fault.is_over
                      ? 'not seen'
                      : 'waiting …'
                    : `after ${duration(afterMs)}`}
                </span>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

const MS_PER_S = 1_000;

function duration(ms: number): string {
  return ms < MS_PER_S ? `${ms} ms` : `${(ms / MS_PER_S).toFixed(1)} s`;
}
