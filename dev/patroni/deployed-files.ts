import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The text of a file in deploy/patroni: the tests run the shipped configuration. */
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
 * The per-host variables of the example, with these values. Throws for a missing variable and for one that is not in
 * the example, so that the example stays complete.
 */
export function filledIn(example: string, values: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(deployedEnvironment(example)).toSorted();
  const given = Object.keys(values).toSorted();
  if (names.join() !== given.join())
    throw new Error(`${example} has ${names.join()}, given are ${given.join()}`);
  return { ...values };
}
