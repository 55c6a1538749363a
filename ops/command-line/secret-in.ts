import { readFileSync } from 'node:fs';
import { UserError } from './user-error.ts';

/** A secret of the environment, from `NAME` or from the file that `NAME_FILE` names; undefined if there is neither. */
export function secretIn(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name];
  const file = environment[`${name}_FILE`];
  const isSet = value !== undefined && value !== '';
  if (file === undefined || file === '') return isSet ? value : undefined;
  if (isSet) throw new UserError(`set ${name} or ${name}_FILE, not both`);
  return read(file, `${name}_FILE`);
}

function read(file: string, variable: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw new UserError(
      `${variable}: cannot read it: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (text === '') throw new UserError(`${variable}: the file is empty`);
  return text;
}
