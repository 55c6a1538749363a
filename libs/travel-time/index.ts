export { travelTimeConfig, type TravelTimeConfig } from './config.ts';
export { localHoursSince1970 } from './local-hour.ts';
export { openTravelTimes, type TravelTimes } from './open-travel-times.ts';
export { TRAVEL_TIMES, travelTimesProvider } from './travel-times.provider.ts';
