/** Cases of each fuzz property in `npm test`; `npm run fuzz` sets another number by `HAILGRID_PROPERTY_RUNS`. */
export const FUZZ_CASES = Number(process.env['HAILGRID_PROPERTY_RUNS'] ?? 2_000);
/** Time limit of a fuzz property: beyond the longest run by command, millions of cases. */
export const FUZZ_TIMEOUT_MS = 6 * 3_600_000;
