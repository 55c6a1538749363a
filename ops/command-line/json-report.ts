import { writeFileSync } from 'node:fs';

/** Writes a report to the file of `--json`, if there is one. */
export function writeReport(report: object, jsonFile: string | undefined): void {
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
}

/** Prints a report as JSON, and writes it to the file of `--json` too. */
export function printReport(report: object, jsonFile: string | undefined): void {
  console.log(JSON.stringify(report, undefined, 2));
  writeReport(report, jsonFile);
}
