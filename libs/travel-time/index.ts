export { travelTimeConfig, type TravelTimeConfig } from './config.ts';
export { openTravelTimes } from './open-travel-times.ts';
