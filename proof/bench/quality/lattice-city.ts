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
  const node = (side: number): Point => {
    const id = Math.floor(random() * side) * SIDE + Math.floor(random() * side);
    return { lat: 40.7 + Math.floor(id / SIDE) * STEP_DEGREES, lng: -74 + (id % SIDE) * STEP_DEGREES };
  };
  const trips = Array.from({ length: 2 * requestsPerHour }, (_, number): RecordedTrip => {
    const [pickup, dropoff] = [node(random() < 0.5 ? SIDE / 2 : SIDE), node(SIDE)];
    return {
      tripId: String(number),
      requestedAtS: FROM_S + Math.floor((number / requestsPerHour) * S_PER_HOUR),
      pickup,
      dropoff,
      tripS: 120 + Math.floor(random() * 600),
    };
  });
  return new StreetCity(new StreetGraph(nodes, edges), trips);
}
