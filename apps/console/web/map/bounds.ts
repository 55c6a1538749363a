import type { Bounds } from '../../protocol/map-messages.ts';
import { shortestTurn } from './glide.ts';

interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** A view as the server wants it: longitudes within ±180, also of a map that was dragged around the world. */
export function boundsOf({ west, south, east, north }: Box): Bounds {
  const [low, high] = [Math.max(-90, south), Math.min(90, north)];
  if (east - west >= 360) return [-180, low, 180, high];
  return [shortestTurn(west), low, shortestTurn(east), high];
}

/** The corners of a polygon with longitudes that never jump by 360 degrees; closed. */
export function closedRing(corners: readonly (readonly [lat: number, lng: number])[]): [number, number][] {
  const first = corners[0];
  if (first === undefined) return [];
  const ring = corners.map(([lat, lng]): [number, number] => [first[1] + shortestTurn(lng - first[1]), lat]);
  return [...ring, [first[1], first[0]]];
}
