import { freePort, isPortFree } from '../network/free-port.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

/** The services with a public HTTP API, in order of their ports. */
export const PUBLIC_SERVICES = ['rider-api', 'driver-api', 'dev-issuer', 'trips', 'console'] as const;
export type PublicService = (typeof PUBLIC_SERVICES)[number];

const DEFAULT_BASE_PORT = 8080;
/** Number of ports searched after the default ones. */
const SEARCHED_PORTS = 100;

export interface PublicPorts {
  ports: Record<PublicService, number>;
  /** One line per default port that was taken. */
  notes: string[];
}

/** Ports for the public services: exactly the requested ones, else the default ones or the next free. */
export async function choosePorts(
  base: number | undefined,
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<PublicPorts> {
  const chosen = new Set<number>();
  const notes: string[] = [];
  const choose = async (service: PublicService): Promise<number> => {
    const wanted = (base ?? DEFAULT_BASE_PORT) + PUBLIC_SERVICES.indexOf(service);
    const port = await firstFree(wanted, base === undefined ? SEARCHED_PORTS : 1, chosen, isFree);
    if (port === undefined) {
      throw new UserError(`port ${wanted}, meant for ${service}, is taken; name another one with --port`);
    }
    if (port !== wanted) notes.push(`port ${wanted} is taken: ${service} is on ${port}`);
    chosen.add(port);
    return port;
  };
  return {
    ports: {
      'rider-api': await choose('rider-api'),
      'driver-api': await choose('driver-api'),
      'dev-issuer': await choose('dev-issuer'),
      trips: await choose('trips'),
      console: await choose('console'),
    },
    notes,
  };
}

/** Any free ports, for cities of tests and benches. */
export async function anyPorts(): Promise<Record<PublicService, number>> {
  return {
    'rider-api': await freePort(),
    'driver-api': await freePort(),
    'dev-issuer': await freePort(),
    trips: await freePort(),
    console: await freePort(),
  };
}

async function firstFree(
  wanted: number,
  count: number,
  chosen: ReadonlySet<number>,
  isFree: (port: number) => Promise<boolean>,
): Promise<number | undefined> {
  for (let port = wanted; port < wanted + count; port += 1) {
    if (!chosen.has(port) && (await isFree(port))) return port;
  }
  return undefined;
}
