import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of deploy/patroni: what is started here is configured by what is shipped. */
export function deployedFile(name: string): string {
  return fileURLToPath(new URL(`../../deploy/patroni/${name}`, import.meta.url));
}

/** The variables of an environment file: NAME=value lines, and comments. */
export function deployedEnvironment(name: string): Record<string, string> {
  return parseEnvironment(readFileSync(deployedFile(name), 'utf8'));
}

export function parseEnvironment(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.includes('=') && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf('=');
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

/**
 * The variables that a host has to give for itself, as the example names them, with other values. Throws where one is
 * missing or is not in the example: the example must stay what is needed.
 */
export function filledIn(example: string, values: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(deployedEnvironment(example)).toSorted();
  const given = Object.keys(values).toSorted();
  if (names.join() !== given.join())
    throw new Error(`${example} has ${names.join()}, given are ${given.join()}`);
  return { ...values };
}
