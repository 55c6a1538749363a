import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StreetGraph } from '#libs/geo';
import { freePort } from '../network/free-port.ts';
import { SupervisedChild } from '../process/supervised-child.ts';
import { SECONDS_PROFILE, streetOsm } from './street-osm.ts';

const PREPARE_TIMEOUT_MS = 120_000;
const LOOPBACK = '127.0.0.1';

export interface OsrmOptions {
  /** Directory of OSRM's programs. */
  programs: string;
  graph: StreetGraph;
  /** Hour of the day, 0 to 23: OSRM holds one travel time per street. */
  hour: number;
  /** Directory for its data and its log. */
  directory: string;
  /** How far from a street a place may be, in metres; any distance by default, as in OSRM. */
  radiusM?: number;
}

export interface Osrm {
  readonly url: string;
  readonly server: SupervisedChild;
}

/** Contracts a street network for OSRM and starts `osrm-routed` on it. */
export async function startOsrm({
  programs,
  graph,
  hour,
  directory,
  radiusM = -1,
}: OsrmOptions): Promise<Osrm> {
  const [map, profile, data] = ['streets.osm', 'seconds.lua', 'streets.osrm'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  writeFileSync(map, streetOsm(graph, hour));
  writeFileSync(profile, SECONDS_PROFILE);
  const run = (program: string, ...args: string[]) =>
    promisify(execFile)(join(programs, program), args, { timeout: PREPARE_TIMEOUT_MS, cwd: directory });
  await run('osrm-extract', '--threads', '1', '--profile', profile, map);
  await run('osrm-contract', '--threads', '1', data);
  const port = await freePort();
  const server = new SupervisedChild({
    name: 'osrm-routed',
    command: join(programs, 'osrm-routed'),
    args: [
      `--ip=${LOOPBACK}`,
      `--port=${port}`,
      '--threads=1',
      '--algorithm=ch',
      `--default-radius=${radiusM}`,
      data,
    ],
    logFile: join(directory, 'osrm-routed.log'),
  });
  await server.untilLogged((line) => (line.includes('running and waiting for requests') ? true : undefined));
  return { url: `http://${LOOPBACK}:${port}`, server };
}
