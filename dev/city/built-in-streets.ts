import { join } from 'node:path';

/** Where the fleet writes the streets of the built-in city, which the console reads for its map. */
export function builtInStreets(directory: string): string {
  return join(directory, 'streets');
}
