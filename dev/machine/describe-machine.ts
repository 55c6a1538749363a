import { availableParallelism, cpus } from 'node:os';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../build/checkout.ts';

/** On what a result was measured, so that it can be compared and made again. */
export interface Machine {
  cores: number;
  cpu: string;
  platform: string;
  versions: Record<string, string>;
}

/** @param others versions of what runs beside Node.js, such as Postgres */
export function describeMachine(others: Readonly<Record<string, string>>): Machine {
  const { version } = JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')) as { version: string };
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    platform: `${process.platform}-${process.arch}`,
    versions: { hailgrid: version, node: process.versions.node, ...others },
  };
}
