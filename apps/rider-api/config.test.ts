import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '#libs/service';
import { riderApiConfig } from './config.ts';

const VALID = { HAILGRID_JWKS_URL: 'http://127.0.0.1/keys', HAILGRID_SERVICE_AREA: '38,-10,39,-9' };

test('fares are in a currency that there is a tariff in', () => {
  expect(readConfig(riderApiConfig, VALID).currency).toBe('USD');
  expect(readConfig(riderApiConfig, { ...VALID, HAILGRID_CURRENCY: 'USD' }).currency).toBe('USD');
});

test.each(['JPY', 'EUR', 'usd', 'dollars'])('a currency without a tariff is refused at start: %s', (code) => {
  const read = (): unknown => readConfig(riderApiConfig, { ...VALID, HAILGRID_CURRENCY: code });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(`HAILGRID_CURRENCY: there is no tariff in ${code}, only in USD`);
});
