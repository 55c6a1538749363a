/** What the page needs to know of the deployment before anybody signs in: nothing secret. */
export interface PageSettings {
  mode: 'production' | 'development';
  area: { south: number; west: number; north: number; east: number };
  /** Addresses for the pages /rider and /driver; null: there is no such page. */
  rider_api_url: string | null;
  driver_api_url: string | null;
  /** Template of raster tiles; null: none. */
  tile_url: string | null;
  has_streets: boolean;
  /** Whether processes can be broken from the page. */
  can_break: boolean;
  /** Service time and wall time agree at this moment, and service time runs `clock_speed` times as fast. */
  clock_speed: number;
  clock_origin_ms: number;
}
