import { cellToBoundary } from 'h3-js';
import type { HexValues, MapShard, MapTrip } from '../../protocol/map-messages.ts';
import { closedRing } from './bounds.ts';
import { rangeOf, shareOf, type OwnerColours } from './colour-scales.ts';
import { shortestTurn } from './glide.ts';

interface Place {
  lat: number;
  lng: number;
}
type Shapes = GeoJSON.FeatureCollection;

/** Outlines of this many cells are kept: a city's, of all layers. */
const OUTLINES_KEPT = 20_000;
const outlines = new Map<string, [number, number][]>();

function outlineOf(cell: string): [number, number][] {
  const known = outlines.get(cell);
  if (known !== undefined) return known;
  if (outlines.size >= OUTLINES_KEPT) outlines.clear();
  const ring = closedRing(cellToBoundary(cell).map(([lat, lng]) => [lat, lng] as const));
  outlines.set(cell, ring);
  return ring;
}

function hexagon(cell: string, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [outlineOf(cell)] } };
}

/** Shards without an owner are drawn as well: in the colour of what is silent. */
export function shardShapes(
  shards: Iterable<MapShard>,
  colours: OwnerColours,
  selected: string | undefined,
): Shapes {
  const features = [...shards].map(({ shard, owner }) =>
    hexagon(shard, {
      shard,
      colour: owner === null ? -1 : colours.indexOf(owner),
      selected: shard === selected,
    }),
  );
  return { type: 'FeatureCollection', features };
}

export function cellShapes(cells: readonly string[]): Shapes {
  return { type: 'FeatureCollection', features: cells.map((cell) => hexagon(cell, {})) };
}

export function hexShapes({ cells }: HexValues): Shapes {
  const range = rangeOf(cells);
  const features =
    range === undefined
      ? []
      : cells.map(([cell, value]) => hexagon(cell, { value, share: shareOf(value, range) }));
  return { type: 'FeatureCollection', features };
}

/** Whether the rider waits for a driver who agrees to come. */
export function isWaiting(state: string): boolean {
  return state === 'scheduled' || state === 'processing';
}

export function tripPointShapes(trips: Iterable<MapTrip>, selected: string | undefined): Shapes {
  const features: GeoJSON.Feature[] = [];
  for (const { trip_id, state, pickup, dropoff } of trips) {
    const look = { trip: trip_id, waiting: isWaiting(state), selected: trip_id === selected };
    features.push(point(dropoff, { ...look, pickup: false }));
    // Who is in the car no longer stands at the pickup.
    if (state !== 'in_progress' || look.selected) features.push(point(pickup, { ...look, pickup: true }));
  }
  return { type: 'FeatureCollection', features };
}

/** The way that is being driven, and, for the selected trip, the ride that is planned. */
export function tripLineShapes(
  trips: Iterable<MapTrip>,
  selected: string | undefined,
  placeOfDriver: (driverId: string) => Place | undefined,
): Shapes {
  const features: GeoJSON.Feature[] = [];
  for (const { trip_id, state, pickup, dropoff, driver_id } of trips) {
    const look = { trip: trip_id, waiting: isWaiting(state), selected: trip_id === selected };
    const car = driver_id === null ? undefined : placeOfDriver(driver_id);
    const next = state === 'in_progress' ? dropoff : pickup;
    if (car !== undefined) features.push(line(car, next, { ...look, planned: false }));
    if (look.selected && state !== 'in_progress')
      features.push(line(pickup, dropoff, { ...look, planned: true }));
  }
  return { type: 'FeatureCollection', features };
}

function point({ lat, lng }: Place, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  return { type: 'Feature', properties, geometry: { type: 'Point', coordinates: [lng, lat] } };
}

function line(from: Place, to: Place, properties: GeoJSON.GeoJsonProperties): GeoJSON.Feature {
  const coordinates = [
    [from.lng, from.lat],
    [from.lng + shortestTurn(to.lng - from.lng), to.lat],
  ];
  return { type: 'Feature', properties, geometry: { type: 'LineString', coordinates } };
}
