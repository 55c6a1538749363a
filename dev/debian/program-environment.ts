import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * The environment in which programs unpacked below `root` find each other and their libraries before those of the
 * system.
 */
export function environmentFor(root: string, base: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return {
    ...base,
    PATH: prefixed(programDirectories(root), base['PATH']),
    LD_LIBRARY_PATH: prefixed(libraryDirectories(root), base['LD_LIBRARY_PATH']),
  };
}

function programDirectories(root: string): string[] {
  return ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map((path) => join(root, path)).filter(existsSync);
}

/**
 * Debian puts libraries in a folder named after the architecture, such as x86_64-linux-gnu, and those that one package shares
 * with nobody in a folder below it: libpulse needs `pulseaudio/libpulsecommon`.
 */
function libraryDirectories(root: string): string[] {
  return ['usr/lib', 'lib']
    .map((path) => join(root, path))
    .filter(existsSync)
    .flatMap((path) =>
      readdirSync(path)
        .toSorted()
        .map((name) => join(path, name)),
    )
    .filter((path) => /-linux-gnu\w*$/.test(path))
    .flatMap((path) => [path, ...privateDirectories(path)]);
}

function privateDirectories(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .filter((folder) => readdirSync(folder).some((file) => /^lib.*\.so\b/.test(file)))
    .toSorted();
}

function prefixed(directories: readonly string[], rest: string | undefined): string {
  return [...directories, ...(rest === undefined || rest === '' ? [] : [rest])].join(delimiter);
}
