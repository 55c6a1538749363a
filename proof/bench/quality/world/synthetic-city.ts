import { TravelTable, type Point, type RecordedTrip } from '#libs/geo';
import { seededFractions } from '#libs/random';
import { gridCity } from '../../streets/grid-city.ts';
import { StreetCity } from './street-city.ts';

const S_PER_HOUR = 3_600;
/** The same city for every `--seed`, like recorded demand: the seeds of a report differ in their drivers only. */
const CITY_SEED = 1;
/** Crossings along one side: 1,600 in all, about 4 km by 4 km. */
const SIDE = 40;
/** Share of the requests that begin in the centre, a quarter of the area. */
const CENTER_SHARE = 0.6;
const REQUESTS_PER_HOUR = 900;

/** Too few cars to serve every rider, so that policies differ. The default command takes 3.4 s of processor time. */
export const SYNTHETIC_DEFAULTS = { fleet: [100], fromS: 11 * S_PER_HOUR, toS: 13 * S_PER_HOUR };

/** Generated streets and requests between two times of the day, for a checkout without recorded data. */
export function syntheticCity(fromS: number, toS: number): StreetCity {
  const graph = gridCity(SIDE, CITY_SEED);
  const random = seededFractions(CITY_SEED);
  const table = TravelTable.of(graph, Math.floor(fromS / S_PER_HOUR));
  const nodeWithin = (from: number, side: number): number =>
    (from + Math.floor(random() * side)) * SIDE + from + Math.floor(random() * side);
  const place = (node: number): Point => graph.point(node);
  const count = Math.ceil((REQUESTS_PER_HOUR * (toS - fromS)) / S_PER_HOUR);
  const trips = Array.from({ length: count }, (_, number): RecordedTrip => {
    const isCentral = random() < CENTER_SHARE;
    const from = isCentral ? nodeWithin(SIDE / 4, SIDE / 2) : nodeWithin(0, SIDE);
    const to = nodeWithin(0, SIDE);
    return {
      tripId: String(number),
      requestedAtS: fromS + Math.floor((number * S_PER_HOUR) / REQUESTS_PER_HOUR),
      pickup: place(from),
      dropoff: place(to),
      tripS: table.secondsBetween(from, to),
    };
  });
  return new StreetCity(graph, trips);
}
