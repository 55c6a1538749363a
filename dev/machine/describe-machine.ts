import { availableParallelism, cpus } from 'node:os';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../build/checkout.ts';

/** The machine of a measurement, so that results can be compared and repeated. */
export interface Machine {
  cores: number;
  cpu: string;
  platform: string;
  versions: Record<string, string>;
}

/** @param others versions of other programs, such as Postgres */
export function describeMachine(others: Readonly<Record<string, string>>): Machine {
  const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as { version: string };
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    platform: `${process.platform}-${process.arch}`,
    versions: { hailgrid: version, node: process.versions.node, ...others },
  };
}
