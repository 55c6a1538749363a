import { StreetGraph, type Point, type RecordedTrip } from '#libs/geo';
import { seededFractions } from '#libs/random';
import { StreetCity } from './street-city.ts';

const SIDE = 16;
const STEP_DEGREES = 0.002;
const STREET_S = 30;
const FROM_S = 10 * 3_600;
const S_PER_HOUR = 3_600;

/** A square grid of streets, with two hours of requests that concentrate in one corner. */
export function latticeCity(requestsPerHour: number): StreetCity {
  const nodes = Array.from({ length: SIDE * SIDE }, (_, id) => ({
    id,
    lat: 40.7 + Math.floor(id / SIDE) * STEP_DEGREES,
    lng: -74 + (id % SIDE) * STEP_DEGREES,
  }));
  const secondsByHour = Array.from({ length: 24 }, () => STREET_S);
  const edges = nodes.flatMap(({ id }) =>
    [id % SIDE < SIDE - 1 ? id + 1 : undefined, id + SIDE < SIDE * SIDE ? id + SIDE : undefined].flatMap(
      (to) =>
        to === undefined
          ? []
          : [
              { from: id, to, secondsByHour },
              { from: to, to: id, secondsByHour },
            ],
    ),
  );
  const random = seededFractions(5);
  const place = (row: number, column: number): Point => ({
    lat: 40.7 + row * STEP_DEGREES,
    lng: -74 + column * STEP_DEGREES,
  });
  const below = (side: number): number => Math.floor(random() * side);
  const trips = Array.from({ length: 2 * requestsPerHour }, (_, number): RecordedTrip => {
    const side = random() < 0.5 ? SIDE / 2 : SIDE;
    const [row, column, toRow, toColumn] = [below(side), below(side), below(SIDE), below(SIDE)];
    const streetS = STREET_S * Math.max(1, Math.abs(row - toRow) + Math.abs(column - toColumn));
    return {
      tripId: String(number),
      requestedAtS: FROM_S + Math.floor((number / requestsPerHour) * S_PER_HOUR),
      pickup: place(row, column),
      dropoff: place(toRow, toColumn),
      // The recorded time differs from that of the streets by a factor from a half to two.
      tripS: Math.round(streetS * 2 ** (2 * random() - 1)),
    };
  });
  return new StreetCity(new StreetGraph(nodes, edges), trips);
}
