import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Prints what a command has found as JSON, and writes it to the file of `--json` too. */
export function tellReport(report: object, jsonFile: string | undefined): void {
  const text = JSON.stringify(report, undefined, 2);
  console.log(text);
  if (jsonFile !== undefined) writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', jsonFile), `${text}\n`);
}
