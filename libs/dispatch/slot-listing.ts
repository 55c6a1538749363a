import type { Point } from '#libs/geo';
import { FREE, ON_TRIP, STATUSES, UNPLACED, type DriverSlots } from './driver-slots.ts';
import type { ProductCodes } from './product-codes.ts';
import type { FreeDriver, RidingDriver, SupplyView } from './supply-view.ts';

/** The known state of the driver in a slot. */
export function viewOf(slots: DriverSlots, slot: number, names: ProductCodes): SupplyView {
  const { cells, lats, lngs, statuses, statusVersions, freeAtMs, booked, products, heardAtMs } = slots;
  const placed = cells[slot] !== UNPLACED;
  return {
    point: placed ? { lat: lats[slot] as number, lng: lngs[slot] as number } : undefined,
    status: STATUSES[statuses[slot] as number] ?? 'offline',
    statusVersion: statusVersions[slot] as number,
    freeAtMs: freeAtMs[slot] as number,
    rideEnd: rideEndOf(slots, slot),
    booked: booked[slot] === 1,
    product: names.nameOf(products[slot] as number),
    heardAtMs: heardAtMs[slot] as number,
  };
}

/** All free drivers with a known place, in no order. */
export function* freeIn(slots: DriverSlots, products: ProductCodes): Iterable<FreeDriver> {
  const { statuses, cells, lats, lngs, products: codes } = slots;
  for (let slot = 0; slot < slots.end; slot++) {
    const driverId = slots.idOf(slot);
    if (driverId === undefined || statuses[slot] !== FREE || cells[slot] === UNPLACED) continue;
    const product = products.nameOf(codes[slot] as number) ?? '';
    yield { driverId, point: { lat: lats[slot] as number, lng: lngs[slot] as number }, product };
  }
}

/** All drivers with a rider on board and a known place, in no order. */
export function* ridingIn(slots: DriverSlots, products: ProductCodes): Iterable<RidingDriver> {
  const { statuses, cells, lats, lngs, freeAtMs, booked, products: codes } = slots;
  for (let slot = 0; slot < slots.end; slot++) {
    const driverId = slots.idOf(slot);
    if (driverId === undefined || statuses[slot] !== ON_TRIP || cells[slot] === UNPLACED) continue;
    const rideEnd = rideEndOf(slots, slot);
    if (rideEnd === undefined) continue;
    const product = products.nameOf(codes[slot] as number) ?? '';
    yield {
      driverId,
      point: { lat: lats[slot] as number, lng: lngs[slot] as number },
      rideEnd,
      freeAtMs: freeAtMs[slot] as number,
      product,
      booked: booked[slot] === 1,
    };
  }
}

/** Where a driver's ride ends; undefined without a rider on board. */
function rideEndOf({ endLats, endLngs }: DriverSlots, slot: number): Point | undefined {
  const lat = endLats[slot] as number;
  return Number.isNaN(lat) ? undefined : { lat, lng: endLngs[slot] as number };
}
