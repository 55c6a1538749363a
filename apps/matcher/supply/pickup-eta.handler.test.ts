import { expect, test } from 'vitest';
import { DEFAULT_ROUND_PARAMS, SupplyIndex } from '#libs/dispatch';
import { computedEtaProvider, etaTableByPickup, positionCellOf } from '#libs/geo';
import { nearestPickupEtaS } from './pickup-eta.handler.ts';

const PICKUP = { lat: 38.72, lng: -9.14 };
/** A street network in which the way from the north is blocked. */
const etas = computedEtaProvider(
  etaTableByPickup((pickup, origins) =>
    Float64Array.from(origins, ({ lat }) => (lat > pickup.lat ? Infinity : (pickup.lat - lat) * 1e5)),
  ),
);

function supplyOf(drivers: Record<string, { lat: number; product?: string }>): SupplyIndex {
  const supply = new SupplyIndex({ capacity: 8 });
  for (const [name, { lat, product = 'standard' }] of Object.entries(drivers)) {
    const driverId = `driver_${name}` as const;
    const point = { lat, lng: PICKUP.lng };
    const ping = { driverId, session: 1, seq: 1, ...point, product, left: false };
    const free = { status: 'free', statusVersion: 1, freeAtMs: 0 } as const;
    supply.applyReport({ ...ping, ...free }, positionCellOf(point), 0);
  }
  return supply;
}

const etaS = (supply: SupplyIndex): Promise<number | null> =>
  nearestPickupEtaS(supply, etas, { pickup: PICKUP, product: 'standard' }, DEFAULT_ROUND_PARAMS, 0);

test('uses the driver who arrives first, not the nearest one by straight line', async () => {
  expect(
    await etaS(supplyOf({ blocked: { lat: 38.721 }, near: { lat: 38.717 }, far: { lat: 38.715 } })),
  ).toBeCloseTo(300);
});

test('returns null if no driver of the product is in the radius and within the time limit', async () => {
  expect(await etaS(supplyOf({}))).toBeNull();
  expect(await etaS(supplyOf({ other: { lat: 38.717, product: 'xl' } }))).toBeNull();
  expect(await etaS(supplyOf({ blocked: { lat: 38.721 } }))).toBeNull();
  expect(await etaS(supplyOf({ late: { lat: 38.71 } }))).toBeNull();
});
