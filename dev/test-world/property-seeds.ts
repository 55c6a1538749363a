/**
 * Vitest's set-up of fast-check, for every test file: a failed property prints one line that replays it, and the
 * environment variables of that line select the same case.
 *
 * - `HAILGRID_PROPERTY_SEED`, `HAILGRID_PROPERTY_PATH`: the case to replay.
 * - `HAILGRID_PROPERTY_RUNS`: cases of each property that does not set its own number; 100 by default.
 */
import * as fc from 'fast-check';
import { expect } from 'vitest';

/** File and test of a property. */
export interface PropertyPlace {
  readonly file: string;
  readonly test: string;
}

/** Parameters of fast-check that the environment sets. */
interface PropertySettings {
  readonly seed?: number;
  readonly path?: string;
  readonly numRuns?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the parameters of fast-check from the environment.
 * @throws RangeError for a seed or a number of runs that is not a whole number
 */
export function propertySettings(environment: Environment): PropertySettings {
  const seed = whole(environment, 'HAILGRID_PROPERTY_SEED', -0x8000_0000);
  const path = environment['HAILGRID_PROPERTY_PATH'];
  const numRuns = whole(environment, 'HAILGRID_PROPERTY_RUNS', 1);
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined || path === '' ? {} : { path }),
    ...(numRuns === undefined ? {} : { numRuns }),
  };
}

/** The command that replays one property from its failed case; undefined if none failed. */
export function replayLine<T>(
  { failed, seed, counterexamplePath }: fc.RunDetails<T>,
  { file, test }: PropertyPlace,
): string | undefined {
  if (!failed) return undefined;
  const path = counterexamplePath === null ? '' : ` HAILGRID_PROPERTY_PATH=${counterexamplePath}`;
  return `HAILGRID_PROPERTY_SEED=${seed}${path} npm test -- ${file} -t ${quoted(titlePattern(test))}`;
}

/** Throws for a failed property, as fast-check does by default, and adds the line that replays it. */
function reportProperty<T>(details: fc.RunDetails<T>): void {
  const line = replayLine(details, placeOfTest());
  if (line === undefined) return;
  const message = `${fc.defaultReportMessage(details) ?? 'Property failed'}\n\nReplay: ${line}`;
  throw new Error(message, { cause: details.errorInstance ?? undefined });
}

function placeOfTest(): PropertyPlace {
  const { testPath = '', currentTestName = '' } = expect.getState();
  const root = `${process.cwd()}/`;
  return { file: testPath.startsWith(root) ? testPath.slice(root.length) : testPath, test: currentTestName };
}

/** The pattern for Vitest's `-t`: a regular expression on the reported names of suites and test. */
function titlePattern(test: string): string {
  return test.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function whole(environment: Environment, name: string, least: number): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${name} is a whole number from ${least} on, not "${text}"`);
  return value;
}

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  ...propertySettings(process.env),
  reporter: reportProperty,
});
