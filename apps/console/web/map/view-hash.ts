import { HEX_LAYERS, type HexLayer } from '../../protocol/map-messages.ts';

/** What a visitor has picked on the map. Ids of cars and trips are TypeIDs. */
export type Selection = { kind: 'car' | 'trip' | 'shard'; id: string };

/** What the address of the map says, beyond its path. */
export interface MapView {
  lat: number;
  lng: number;
  zoom: number;
}

export interface MapHash {
  view: MapView | undefined;
  layer: HexLayer;
  selection: Selection | undefined;
}

/** Enough for a metre. */
const COORDINATE_DIGITS = 5;
/** Web Mercator ends there. */
const MAX_LATITUDE_DEG = 85.05;
/** The closest look that MapLibre offers. */
const MAX_ZOOM = 22;
const KINDS = ['car', 'trip', 'shard'] as const;
const ID = /^[\w.:-]{1,80}$/;

/** `#at=38.72,-9.14,13.5&layer=shards&car=driver_…`. What is left out is as at first. */
export function writeHash({ view, layer, selection }: MapHash): string {
  const parts: string[] = [];
  if (view !== undefined)
    parts.push(
      `at=${view.lat.toFixed(COORDINATE_DIGITS)},${view.lng.toFixed(COORDINATE_DIGITS)},${view.zoom.toFixed(2)}`,
    );
  if (layer !== 'none') parts.push(`layer=${layer}`);
  if (selection !== undefined) parts.push(`${selection.kind}=${selection.id}`);
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

/** Reads any text: what makes no sense in it counts as left out. */
export function readHash(hash: string): MapHash {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const kind = KINDS.find((name) => ID.test(params.get(name) ?? ''));
  const layer = HEX_LAYERS.find((name) => name === params.get('layer')) ?? 'none';
  return {
    view: readView(params.get('at') ?? ''),
    layer,
    selection: kind === undefined ? undefined : { kind, id: params.get(kind) ?? '' },
  };
}

function readView(text: string): MapView | undefined {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [lat = Number.NaN, lng = Number.NaN, zoom = Number.NaN] = numbers;
  const isSound =
    numbers.length === 3 &&
    Math.abs(lat) <= MAX_LATITUDE_DEG &&
    Math.abs(lng) <= 180 &&
    zoom >= 0 &&
    zoom <= MAX_ZOOM;
  return isSound ? { lat, lng, zoom } : undefined;
}
