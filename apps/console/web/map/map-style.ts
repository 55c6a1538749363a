import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { PageSettings } from '../../protocol/settings.ts';
import { OWNER_COLOURS } from './colour-scales.ts';

/** Reads a colour of the design. */
export type ColourOf = (token: `--${string}`) => string;

/** Zoom from which the lines of trips that are not selected are shown. */
const TRIP_LINES_ZOOM = 14;
/** Streets at least this fast are drawn as major ones. */
const MAJOR_KMH = 45;

export const SOURCES = ['area', 'shards', 'flash', 'hexes', 'trip-lines', 'trip-points'] as const;
export type SourceName = (typeof SOURCES)[number];

/** Layers that are shown for the choice of the visitor only. */
export const SHARD_LAYERS = ['shards', 'shard-edges'] as const;
export const VALUE_LAYERS = ['hexes', 'hex-edges'] as const;
/** What a click can mean besides a car. */
export const TRIP_POINT_LAYERS = ['pickups', 'dropoffs'] as const;

const NOTHING = { type: 'FeatureCollection' as const, features: [] };

/** The whole look of the map, without anything from elsewhere: no fonts, no sprites. */
export function mapStyle(
  { tile_url, has_streets, area }: PageSettings,
  origin: string,
  colourOf: ColourOf,
): StyleSpecification {
  return {
    version: 8,
    sources: {
      ...(tile_url !== null && { tiles: { type: 'raster' as const, tiles: [tile_url], tileSize: 256 } }),
      ...(has_streets && {
        streets: {
          type: 'geojson' as const,
          data: `${origin}/v1/console/streets`,
          tolerance: 0.5,
          maxzoom: 15,
        },
      }),
      ...Object.fromEntries(SOURCES.map((name) => [name, { type: 'geojson', data: NOTHING }])),
      area: { type: 'geojson', data: boxOf(area) },
    },
    layers: layersOf(tile_url !== null, has_streets, colourOf),
  };
}

/** Each layer with its colours of now; also to change them when the look changes. */
export function layersOf(hasTiles: boolean, hasStreets: boolean, colourOf: ColourOf): LayerSpecification[] {
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': colourOf('--map-ground') } },
    ...(hasTiles
      ? [{ id: 'tiles', type: 'raster' as const, source: 'tiles', paint: { 'raster-opacity': 0.55 } }]
      : [
          {
            id: 'area',
            type: 'fill' as const,
            source: 'area',
            paint: { 'fill-color': colourOf('--map-area') },
          },
        ]),
    {
      id: 'area-edge',
      type: 'line',
      source: 'area',
      paint: { 'line-color': colourOf('--street-major'), 'line-width': 1, 'line-dasharray': [3, 3] },
    },
    ...valueLayers(colourOf),
    ...(hasStreets ? streetLayers(colourOf) : []),
    ...shardEdges(colourOf),
    ...tripLayers(colourOf),
  ];
}

function streetLayers(colourOf: ColourOf): LayerSpecification[] {
  const speed: ExpressionSpecification = ['coalesce', ['get', 'speed_kmh'], 30];
  const layout = { 'line-cap': 'round' as const, 'line-join': 'round' as const };
  const width = (thin: number, wide: number): ExpressionSpecification => [
    'interpolate',
    ['exponential', 1.5],
    ['zoom'],
    10,
    thin,
    17,
    wide,
  ];
  return [
    {
      id: 'streets',
      type: 'line',
      source: 'streets',
      filter: ['<', speed, MAJOR_KMH],
      layout,
      paint: { 'line-color': colourOf('--street'), 'line-width': width(0.3, 7) },
    },
    {
      id: 'major-streets',
      type: 'line',
      source: 'streets',
      filter: ['>=', speed, MAJOR_KMH],
      layout,
      paint: { 'line-color': colourOf('--street-major'), 'line-width': width(0.9, 11) },
    },
  ];
}

function valueLayers(colourOf: ColourOf): LayerSpecification[] {
  const owner: ExpressionSpecification = [
    'match',
    ['get', 'colour'],
    0,
    colourOf('--owner-0'),
    ...Array.from({ length: OWNER_COLOURS - 1 }, (_, index) => [
      index + 1,
      colourOf(`--owner-${index + 1}`),
    ]).flat(),
    colourOf('--car-silent'),
  ] as unknown as ExpressionSpecification;
  const value: ExpressionSpecification = [
    'interpolate',
    ['linear'],
    ['get', 'share'],
    0,
    colourOf('--hex-low'),
    1,
    colourOf('--hex-high'),
  ];
  return [
    {
      id: 'shards',
      type: 'fill',
      source: 'shards',
      paint: { 'fill-color': owner, 'fill-opacity': ['case', ['get', 'selected'], 0.42, 0.2] },
    },
    {
      id: 'flash',
      type: 'fill',
      source: 'flash',
      paint: { 'fill-color': colourOf('--flash'), 'fill-opacity': 0 },
    },
    {
      id: 'hexes',
      type: 'fill',
      source: 'hexes',
      paint: {
        'fill-color': value,
        'fill-opacity': ['interpolate', ['linear'], ['get', 'share'], 0, 0.25, 1, 0.7],
      },
    },
    {
      id: 'hex-edges',
      type: 'line',
      source: 'hexes',
      paint: { 'line-color': value, 'line-width': 0.75, 'line-opacity': 0.7 },
    },
  ];
}

function shardEdges(colourOf: ColourOf): LayerSpecification[] {
  return [
    {
      id: 'shard-edges',
      type: 'line',
      source: 'shards',
      paint: {
        'line-color': colourOf('--text-2'),
        'line-width': ['case', ['get', 'selected'], 2.5, 0.75],
        'line-opacity': ['case', ['get', 'selected'], 1, 0.4],
      },
    },
  ];
}

function tripLayers(colourOf: ColourOf): LayerSpecification[] {
  const colour: ExpressionSpecification = [
    'case',
    ['get', 'waiting'],
    colourOf('--trip-waiting'),
    colourOf('--trip-riding'),
  ];
  const radius: ExpressionSpecification = [
    'interpolate',
    ['linear'],
    ['zoom'],
    11,
    ['case', ['get', 'selected'], 5, ['get', 'waiting'], 3.5, 2],
    16,
    ['case', ['get', 'selected'], 11, ['get', 'waiting'], 9, 6],
  ];
  return [
    {
      id: 'trip-lines',
      type: 'line',
      source: 'trip-lines',
      minzoom: TRIP_LINES_ZOOM,
      filter: ['!', ['get', 'selected']],
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': colour, 'line-width': 1, 'line-opacity': 0.45 },
    },
    {
      id: 'selected-trip-planned',
      type: 'line',
      source: 'trip-lines',
      filter: ['all', ['get', 'selected'], ['get', 'planned']],
      paint: { 'line-color': colour, 'line-width': 2, 'line-dasharray': [2, 2] },
    },
    {
      id: 'selected-trip',
      type: 'line',
      source: 'trip-lines',
      filter: ['all', ['get', 'selected'], ['!', ['get', 'planned']]],
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': colour, 'line-width': 3 },
    },
    {
      id: 'waiting-halos',
      type: 'circle',
      source: 'trip-points',
      filter: ['all', ['get', 'waiting'], ['get', 'pickup']],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 7, 16, 18],
        'circle-color': colourOf('--trip-waiting'),
        'circle-opacity': 0.22,
      },
    },
    {
      id: 'dropoffs',
      type: 'circle',
      source: 'trip-points',
      minzoom: TRIP_LINES_ZOOM,
      filter: ['!', ['get', 'pickup']],
      paint: {
        'circle-radius': ['case', ['get', 'selected'], 6, 3],
        'circle-color': colour,
        'circle-opacity': ['case', ['get', 'selected'], 1, 0.6],
        'circle-stroke-color': colourOf('--map-area'),
        'circle-stroke-width': 1,
      },
    },
    {
      id: 'pickups',
      type: 'circle',
      source: 'trip-points',
      filter: ['get', 'pickup'],
      paint: {
        'circle-radius': radius,
        'circle-color': colourOf('--map-area'),
        'circle-stroke-color': colour,
        'circle-stroke-width': ['case', ['get', 'selected'], 4, 2],
      },
    },
  ];
}

function boxOf({ south, west, north, east }: PageSettings['area']): GeoJSON.Feature {
  // An area across the antimeridian has its west above its east.
  const right = east < west ? east + 360 : east;
  return {
    type: 'Feature',
    properties: {},
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [west, south],
          [right, south],
          [right, north],
          [west, north],
          [west, south],
        ],
      ],
    },
  };
}
