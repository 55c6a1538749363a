import { afterAll, beforeAll, expect, test } from 'vitest';
import { greatCircleM } from '#libs/geo';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'matcher', 'rider-api', 'driver-api'], {
    env: { HAILGRID_PICKUP_RADIUS_M: '4000' },
  });
});
afterAll(() => city?.stop());

test('an idle driver too far for an offer is advised where riders have been requesting trips', async () => {
  const far = { lat: ROSSIO.lat + 0.0405, lng: ROSSIO.lng };
  expect(greatCircleM(far, ROSSIO)).toBeGreaterThan(4_000);
  const driver = await city.driverAt(far);
  for (let request = 0; request < 3; request++) {
    const rider = await city.rider();
    await rider.ride(ROSSIO, ESTRELA);
  }
  const { data } = await driver.phone.next('reposition');
  expect(greatCircleM(data.to, ROSSIO)).toBeLessThan(10);
  expect(data.drive_s).toBeGreaterThan(300);
  expect(Date.parse(data.expires_at)).toBeGreaterThan(Date.now());
});
