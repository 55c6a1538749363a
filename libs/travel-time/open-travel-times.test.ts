import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EtaTable } from '#libs/geo';
import { createLogger, Metrics, systemClock } from '#libs/service';
import { openTravelTimes, type TravelTimeConfig } from './index.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const settings: TravelTimeConfig = {
  detourFactor: 1.3,
  drivingSpeedMps: 7,
  maxRideS: 21_600,
  snapLimitM: 500,
  timeZone: 'UTC',
  osrmProfile: 'driving',
  valhallaCosting: 'auto',
  routerTimeoutMs: 250,
};
const parts = {
  clock: systemClock(),
  metrics: new Metrics('test', 'test-1'),
  logger: createLogger('test', 'test-1', 'silent'),
};

async function timesOf(change: Partial<TravelTimeConfig>): Promise<EtaTable> {
  const times = await openTravelTimes({ ...settings, ...change }, parts);
  times.close();
  return times.local;
}

const here = { lat: 38.71, lng: -9.14 };
const there = { lat: 38.712, lng: -9.14 };
let directory: string;

/** Two crossings: the way there takes 60 s plus one second per hour of the day, the way back twice as long. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hailgrid-streets-'));
  const header = `from,to,${HOURS.map((hour) => `s${String(hour).padStart(2, '0')}`).join(',')}`;
  const edge = (from: number, to: number, seconds: number) =>
    [from, to, ...HOURS.map((hour) => seconds + hour)].join(',');
  await writeFile(
    join(directory, 'nodes.csv'),
    `node_id,lat,lon\n0,${here.lat},${here.lng}\n1,${there.lat},${there.lng}\n`,
  );
  await writeFile(join(directory, 'edges.csv'), [header, edge(0, 1, 60), edge(1, 0, 120), ''].join('\n'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('travel times', () => {
  test('on a street network follow its directions and the local hour', async () => {
    const utc = await timesOf({ streetsDir: directory });
    const east = await timesOf({ streetsDir: directory, timeZone: 'Europe/Istanbul' });
    const sixUtcMs = Date.parse('2026-03-01T06:00:00Z');
    expect([...utc.etasToPickup(there, [here], sixUtcMs)]).toEqual([66]);
    expect([...utc.etasToPickup(here, [there], sixUtcMs)]).toEqual([126]);
    expect([...east.etasToPickup(there, [here], sixUtcMs)]).toEqual([69]);
  });

  test('from beyond the configured snap limit are by air', async () => {
    const far = { lat: 38.709, lng: -9.14 };
    const onStreet = await timesOf({ streetsDir: directory });
    const byAir = await timesOf({ streetsDir: directory, snapLimitM: 100 });
    expect(onStreet.etasToPickup(there, [far], 0)[0]).toBeCloseTo(60 + 111.2 / 7, 0);
    expect(byAir.etasToPickup(there, [far], 0)[0]).toBeCloseTo((333.6 * 1.3) / 7, 0);
  });

  test('by straight line grow with the distance', async () => {
    const byAir = await timesOf({});
    const [seconds] = byAir.etasToPickup(there, [here], 0);
    expect(seconds).toBeCloseTo((222.4 * 1.3) / 7, 0);
  });

  test('come from one source only', async () => {
    await expect(timesOf({ streetsDir: directory, osrmUrl: 'http://127.0.0.1:5000' })).rejects.toThrow(
      'streetsDir or osrmUrl',
    );
  });

  test('of a missing network are refused', async () => {
    await expect(timesOf({ streetsDir: join(directory, 'nowhere') })).rejects.toThrow(/(nodes|edges)\.csv/);
  });
});
