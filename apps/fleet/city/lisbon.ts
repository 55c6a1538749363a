import type { BoundingBox, Point } from '#libs/geo';
import type { HotSpot } from './hot-spots.ts';

/**
 * The built-in city: the outline and the busy places of central Lisbon. Its streets are generated (see {@link
 * ./street-lattice.ts}), so nothing has to be licensed or downloaded.
 */
export const LISBON_BOX: BoundingBox = { south: 38.7, west: -9.16, north: 38.745, east: -9.12 };

/** The bank of the Tagus from west to east; south of it is water. */
export const LISBON_SHORE: readonly Point[] = [
  { lat: 38.7045, lng: -9.16 },
  { lat: 38.7055, lng: -9.1445 },
  { lat: 38.707, lng: -9.1365 },
  { lat: 38.713, lng: -9.1225 },
  { lat: 38.715, lng: -9.12 },
];

/** Discs without streets. */
export const LISBON_PARKS: readonly { readonly center: Point; readonly radiusM: number }[] = [
  { center: { lat: 38.7287, lng: -9.1527 }, radiusM: 280 },
  { center: { lat: 38.7145, lng: -9.1595 }, radiusM: 150 },
  { center: { lat: 38.7137, lng: -9.1335 }, radiusM: 120 },
];

export const LISBON_HOT_SPOTS: readonly HotSpot[] = [
  { center: { lat: 38.711, lng: -9.139 }, spreadM: 350, weight: 3 }, // Baixa and Chiado
  { center: { lat: 38.7253, lng: -9.15 }, spreadM: 300, weight: 2 }, // Marquês de Pombal
  { center: { lat: 38.735, lng: -9.1455 }, spreadM: 400, weight: 2 }, // Saldanha
  { center: { lat: 38.7425, lng: -9.145 }, spreadM: 350, weight: 1.2 }, // Campo Pequeno
  { center: { lat: 38.718, lng: -9.1355 }, spreadM: 350, weight: 1.5 }, // Martim Moniz
  { center: { lat: 38.716, lng: -9.149 }, spreadM: 350, weight: 1.3 }, // Príncipe Real
  { center: { lat: 38.714, lng: -9.1235 }, spreadM: 250, weight: 1.2 }, // Santa Apolónia station
  { center: { lat: 38.7415, lng: -9.1335 }, spreadM: 400, weight: 1 }, // Areeiro
  { center: { lat: 38.7065, lng: -9.1455 }, spreadM: 250, weight: 1.5 }, // Cais do Sodré
  { center: { lat: 38.7285, lng: -9.129 }, spreadM: 450, weight: 0.8 }, // Penha de França
];
