import { expect, test } from 'vitest';
import type { z } from 'zod';
import { baseConfig, environmentName } from '#libs/service';
import { issuerConfig } from '../../apps/dev-issuer/config.ts';
import { driverApiConfig } from '../../apps/driver-api/config.ts';
import { fleetEnvironment } from '../../apps/fleet/config/fleet-config.ts';
import { matcherConfig } from '../../apps/matcher/config.ts';
import { riderApiConfig } from '../../apps/rider-api/config.ts';
import { tripsConfig } from '../../apps/trips/config.ts';
import { webhooksConfig } from '../../apps/webhooks/config.ts';
import { readText, tableRows } from './markdown.ts';

const SERVICES = {
  'rider-api': riderApiConfig,
  'driver-api': driverApiConfig,
  matcher: matcherConfig,
  trips: tripsConfig,
  'dev-issuer': issuerConfig,
  webhooks: webhooksConfig,
};
const ALL_SERVICES = 'all services';

/** `process VARIABLE default`, a line for each variable of each process. */
function inTheCode(): string[] {
  const services = Object.entries(SERVICES).flatMap(([app, { shape }]) =>
    Object.entries(shape).map(([key, schema]) => `${app} ${environmentName(key)} ${defaultOf(key, schema)}`),
  );
  const fleet = Object.entries(fleetEnvironment.shape).map(
    ([name, schema]) => `fleet ${name} ${defaultOf(name, schema)}`,
  );
  return [...services, ...fleet].toSorted();
}

const BASE: Readonly<Record<string, z.ZodType>> = baseConfig.shape;

/** `none` where a variable may be left out, `required` where it may not. */
function defaultOf(key: string, schema: z.ZodType): string {
  // The one default that the machine gives.
  if (key === 'instance') return 'host name';
  // An app may refuse the default that it shares with the others, as dev-issuer does with production mode.
  const { success, data } = (BASE[key] ?? schema).safeParse(undefined);
  if (!success) return 'required';
  return data === undefined ? 'none' : JSON.stringify(data).replaceAll(/["[\]]/g, '');
}

function inTheDocument(): string[] {
  return tableRows(readText('ARCHITECTURE.md'), 'variable')
    .flatMap(([name, byDefault, readBy]) =>
      readBy!
        .split(', ')
        .flatMap((reader) => (reader === ALL_SERVICES ? Object.keys(SERVICES) : [reader]))
        .map((reader) => `${reader} ${name} ${byDefault}`),
    )
    .toSorted();
}

test('the table of ARCHITECTURE.md has exactly the variables that the processes read, with their defaults', () => {
  expect(inTheDocument()).toEqual(inTheCode());
});
