import { cellKeyToH3, cellsCovering, SHARD_CELL_RES, type BoundingBox } from '#libs/geo';

/** Injection token of the shards that the service area is made of. */
export const SERVICE_CELLS = Symbol('hailgrid.service-cells');

export function serviceCells(area: BoundingBox): string[] {
  return cellsCovering(area, SHARD_CELL_RES).map(cellKeyToH3);
}
