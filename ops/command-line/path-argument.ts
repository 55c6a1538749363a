import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from './user-error.ts';

/**
 * Parses a file or directory on a command line. npm runs scripts in the directory of package.json, so a relative path
 * starts at the directory in which the user ran npm.
 */
export function pathArgument(path: string): string {
  return resolve(process.env['INIT_CWD'] ?? process.cwd(), path);
}

/** Throws {@link UserError} unless the value of an option exists and is of this kind. */
export function requireExisting(path: string, option: string, kind: 'file' | 'directory'): void {
  const exists = existsSync(path) && statSync(path).isDirectory() === (kind === 'directory');
  if (!exists) throw new UserError(`${option}: there is no ${kind} ${path}`);
}

/** Throws {@link UserError} unless the value of `--streets` is a directory with a street network. */
export function requireStreets(directory: string): void {
  requireExisting(directory, '--streets', 'directory');
  for (const file of ['nodes.csv', 'edges.csv']) requireExisting(`${directory}/${file}`, '--streets', 'file');
}
