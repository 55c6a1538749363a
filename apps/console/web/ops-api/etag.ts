/** The ETag of a version: the `seq` of a trip, the `driver_version` of a driver. Sent as If-Match with what changes it. */
export function etagOf(version: number): string {
  return `W/"${version}"`;
}
