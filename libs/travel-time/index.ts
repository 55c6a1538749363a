export { travelTimeConfig, type TravelTimeConfig } from './config.ts';
export { openTravelTimes, type TravelTimes } from './open-travel-times.ts';
export { TRAVEL_TIMES, travelTimesProvider } from './travel-times.provider.ts';
