import { expect, test } from 'vitest';
import { z } from 'zod';
import { baseConfig, ConfigError, readConfig, refuseUnsafe, serviceArea } from './config.ts';

const schema = z.object({ serviceArea });

test('a service area is a box in degrees', () => {
  const { serviceArea: area } = readConfig(schema, { HAILGRID_SERVICE_AREA: '38.7,-9.16,38.745,-9.12' });
  expect(area).toEqual({ south: 38.7, west: -9.16, north: 38.745, east: -9.12 });
});

test.each(['', '1,2,3', '38.745,-9.16,38.7,-9.12', 'here'])(
  '"%s" is refused, naming the variable',
  (text) => {
    const read = (): unknown => readConfig(schema, { HAILGRID_SERVICE_AREA: text });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/HAILGRID_SERVICE_AREA: /);
  },
);

test('a setting that was replaced is refused, naming what replaces it', () => {
  const read = (value: string): unknown => readConfig(baseConfig, { HAILGRID_UTC_OFFSET_S: value });
  expect(() => read('-14400')).toThrow(ConfigError);
  expect(() => read('0')).toThrow(/HAILGRID_UTC_OFFSET_S is replaced by HAILGRID_TIME_ZONE/);
  expect(read('')).toMatchObject({ mode: 'production' });
});

test('a fixed offset is no time zone in production', () => {
  const config = readConfig(baseConfig, {});
  expect(() => refuseUnsafe({ ...config, timeZone: '-04:00' })).toThrow('HAILGRID_TIME_ZONE');
  refuseUnsafe({ ...config, timeZone: 'America/New_York' });
  refuseUnsafe({ ...config, mode: 'development', timeZone: '-04:00' });
});
