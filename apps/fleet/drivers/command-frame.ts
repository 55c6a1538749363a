import type { DriverClientFrame, Vehicle } from '#libs/contracts';
import type { DriverCommand } from './driver-state.ts';

/** All simulated drivers and riders are of one product, so that every driver may take every trip. */
export const FLEET_PRODUCT = 'standard';

/** The frame by which a driver's app asks for the change. */
export function commandFrame(command: DriverCommand, id: string, vehicle: Vehicle): DriverClientFrame {
  switch (command.type) {
    case 'online':
      return { type: 'online', id, data: { product: FLEET_PRODUCT, vehicle } };
    case 'accept':
    case 'decline':
      return { type: command.type, id, data: { offer_id: command.offerId } };
    case 'arrived':
    case 'start':
    case 'complete':
    case 'cancel':
      return { type: command.type, id, data: { trip_id: command.tripId } };
  }
}
