/**
 * The messages of the socket `/v1/console/stream`, JSON in text frames, beside the binary frames of `car-frame.ts`.
 *
 * The page says what it shows by `view`. The server then sends, at most once a second, an update: one `city` message, which may
 * be followed by one binary car frame with the same number. It sends the next update after the page has acknowledged that
 * number: a slow page gets fewer updates, and no queue grows.
 */

/** What hexagons can show. */
export const HEX_LAYERS = ['none', 'shards', 'supply', 'demand', 'expected', 'waits', 'price'] as const;
export type HexLayer = (typeof HEX_LAYERS)[number];

/** West, south, east, north in degrees. West above east: the view crosses the antimeridian. */
export type Bounds = readonly [west: number, south: number, east: number, north: number];

export type PageMessage =
  | { type: 'view'; bounds: Bounds; layer: HexLayer }
  /** The update with this number was drawn. */
  | { type: 'ack'; update: number };

/** A trip that has not ended. */
export interface MapTrip {
  trip_id: string;
  state: string;
  rider_id: string;
  driver_id: string | null;
  pickup: { lat: number; lng: number };
  dropoff: { lat: number; lng: number };
  requested_at: string;
}

export interface MapShard {
  shard: string;
  epoch: number;
  owner: string | null;
}

/** A cell with the value of the chosen layer. */
export type HexValue = readonly [cell: string, value: number];

/** What the hexagons of a layer mean: units and range, for the legend. */
export interface HexValues {
  layer: HexLayer;
  unit: string;
  cells: readonly HexValue[];
}

export interface CityMessage {
  type: 'city';
  update: number;
  /** Service time, Unix ms. */
  at_ms: number;
  /** Whether a car frame with this number follows. */
  has_cars: boolean;
  /** Whole city, whatever the page shows. */
  counts: {
    cars: number;
    free: number;
    offered: number;
    on_trip: number;
    waiting_trips: number;
    open_trips: number;
  };
  /** Trips in view that are new or changed; `trips_gone` have ended or left the view. */
  trips: readonly MapTrip[];
  trips_gone: readonly string[];
  /** Shards whose owner or epoch has changed since the last update; all of them in the first one. */
  shards: readonly MapShard[];
  /** Shards that others have taken the place of, by a split or a merge. */
  shards_gone: readonly string[];
  /** Values of the chosen layer, whole; absent: as before. */
  hexes?: HexValues;
  /** Whether positions of cars without a trip are exact: with scope ops.read. Else they are snapped to a grid. */
  exact: boolean;
}

export type ServerMessage = CityMessage | { type: 'error'; code: string; message: string };
