import { FREE, ON_TRIP, STATUSES, UNPLACED, type DriverSlots } from './driver-slots.ts';
import type { ProductCodes } from './product-codes.ts';
import type { FreeDriver, RidingDriver, SupplyView } from './supply-view.ts';

/** The known state of the driver in a slot. */
export function viewOf(slots: DriverSlots, slot: number, names: ProductCodes): SupplyView {
  const { cells, statuses, statusVersions, freeAtMs, booked, products, heardAtMs } = slots;
  const placed = cells[slot] !== UNPLACED;
  return {
    point: placed ? slots.pointOf(slot) : undefined,
    status: STATUSES[statuses[slot] as number] ?? 'offline',
    statusVersion: statusVersions[slot] as number,
    freeAtMs: freeAtMs[slot] as number,
    rideEnd: slots.rideEndOf(slot),
    booked: booked[slot] === 1,
    product: names.nameOf(products[slot] as number),
    heardAtMs: heardAtMs[slot] as number,
  };
}

/** All free drivers with a known place, in no order. */
export function* freeIn(slots: DriverSlots, products: ProductCodes): Iterable<FreeDriver> {
  const { statuses, cells, products: codes } = slots;
  for (let slot = 0; slot < slots.end; slot++) {
    const driverId = slots.idOf(slot);
    if (driverId === undefined || statuses[slot] !== FREE || cells[slot] === UNPLACED) continue;
    const product = products.nameOf(codes[slot] as number) ?? '';
    yield { driverId, point: slots.pointOf(slot), product };
  }
}

/** All drivers with a rider on board and a known place, in no order. */
export function* ridingIn(slots: DriverSlots, products: ProductCodes): Iterable<RidingDriver> {
  const { statuses, cells, freeAtMs, booked, products: codes } = slots;
  for (let slot = 0; slot < slots.end; slot++) {
    const driverId = slots.idOf(slot);
    if (driverId === undefined || statuses[slot] !== ON_TRIP || cells[slot] === UNPLACED) continue;
    const rideEnd = slots.rideEndOf(slot);
    if (rideEnd === undefined) continue;
    const product = products.nameOf(codes[slot] as number) ?? '';
    yield {
      driverId,
      point: slots.pointOf(slot),
      rideEnd,
      freeAtMs: freeAtMs[slot] as number,
      product,
      booked: booked[slot] === 1,
    };
  }
}
