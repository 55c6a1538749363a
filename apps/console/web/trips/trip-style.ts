import type { GeoJSONSource, Map as MapOfTrip, StyleSpecification } from 'maplibre-gl';
import type { TripRecord } from '#libs/contracts';

type PointOf = TripRecord['pickup'];
type Kind = 'pickup' | 'dropoff' | 'candidate' | 'chosen' | 'car';

/** Something that is drawn at one point. */
export interface Place {
  point: PointOf;
  kind: Kind;
  /** What it is, in words. */
  says: string;
}

/** How long to wait before the streets are asked for again: the fleet of a city that starts has not written them yet. */
const STREETS_AGAIN_MS = 3_000;

const NOTHING = { type: 'FeatureCollection', features: [] } as GeoJSON.FeatureCollection;

/** The style of a trip's map, in the colours of the page. Draws no text, so that it needs no fonts. */
export function tripStyle(colour: (token: `--${string}`) => string, hasStreets: boolean): StyleSpecification {
  const empty = { type: 'geojson', data: NOTHING } as const;
  return {
    version: 8,
    sources: {
      ...(hasStreets && {
        streets: empty,
      }),
      way: empty,
      driven: empty,
      places: empty,
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': colour('--surface-2') } },
      ...(hasStreets
        ? [
            {
              id: 'streets',
              type: 'line' as const,
              source: 'streets',
              paint: {
                'line-color': colour('--street'),
                'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.5, 16, 4] as never,
              },
            },
          ]
        : []),
      {
        id: 'way',
        type: 'line',
        source: 'way',
        paint: { 'line-color': colour('--car-on-trip'), 'line-width': 3, 'line-opacity': 0.35 },
      },
      {
        id: 'driven',
        type: 'line',
        source: 'driven',
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': colour('--car-on-trip'), 'line-width': 4 },
      },
      {
        id: 'places',
        type: 'circle',
        source: 'places',
        paint: {
          'circle-radius': ['match', ['get', 'kind'], 'candidate', 5, 'chosen', 7, 8],
          'circle-color': [
            'match',
            ['get', 'kind'],
            'pickup',
            colour('--good'),
            'dropoff',
            colour('--danger'),
            'chosen',
            colour('--car-offered'),
            'car',
            colour('--car-on-trip'),
            colour('--car-silent'),
          ],
          'circle-stroke-color': colour('--surface'),
          'circle-stroke-width': 2,
        },
      },
    ],
  };
}

export function placesOf(places: readonly Place[]): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: places.map(({ point, kind, says }) => ({
      type: 'Feature',
      properties: { kind, says },
      geometry: { type: 'Point', coordinates: [point.lng, point.lat] },
    })),
  };
}

export function wayOf(points: readonly PointOf[]): GeoJSON.FeatureCollection {
  if (points.length < 2) return NOTHING;
  const coordinates = points.map(({ lat, lng }) => [lng, lat]);
  return {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } }],
  };
}

/** Draws the streets as soon as the console has them, until the returned function is called. */
export function drawStreets(map: MapOfTrip): () => void {
  const abort = new AbortController();
  let timer: number | undefined;
  const read = async (): Promise<void> => {
    try {
      const answer = await fetch('/v1/console/streets', { signal: abort.signal });
      if (answer.status === 404) return;
      if (!answer.ok) throw new Error(`streets: ${answer.status}`);
      const streets = (await answer.json()) as GeoJSON.FeatureCollection;
      if (!abort.signal.aborted) await map.getSource<GeoJSONSource>('streets')?.setData(streets);
    } catch {
      if (!abort.signal.aborted) timer = window.setTimeout(() => void read(), STREETS_AGAIN_MS);
    }
  };
  void read();
  return () => {
    abort.abort();
    window.clearTimeout(timer);
  };
}
