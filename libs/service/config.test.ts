import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, readConfig, serviceArea } from './config.ts';

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
