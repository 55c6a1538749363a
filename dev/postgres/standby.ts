import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SupervisedChild } from '../process/supervised-child.ts';
import { copyBase } from './base-copy.ts';
import { giveTo } from '../../ops/postgres/run-as.ts';
import { startServer, type ServerSpec } from './server.ts';

export interface StandbySource {
  /** URL of the running primary, as the standby reaches it. */
  url: string;
  primary: ServerSpec;
  /** Settings for the standby's `postgresql.auto.conf`. */
  settings: Readonly<Record<string, string>>;
}

/** Replaces the standby's data with a base copy of the running primary and starts it as a hot standby. */
export async function startStandby(
  standby: ServerSpec,
  { url, primary, settings }: StandbySource,
  signal?: AbortSignal,
): Promise<SupervisedChild> {
  const copy = { url, from: primary.dataDirectory, to: standby.dataDirectory, label: standby.name };
  await copyBase(copy, signal);
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`,
  );
  await writeFile(join(standby.dataDirectory, 'standby.signal'), '');
  await writeFile(join(standby.dataDirectory, 'postgresql.auto.conf'), lines.join(''));
  await giveTo(standby.user, standby.dataDirectory);
  return startServer(standby, signal);
}
