import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianPrograms } from '../debian/debian-programs.ts';
import { NEWEST } from '../debian/fetch-packages.ts';

/** Where Debian's package installs the browser itself; /usr/bin/chromium is a script that looks for it there. */
const PROGRAM = 'usr/lib/chromium/chromium';
/** With a font, so that screenshots have letters. */
const PACKAGES = { chromium: NEWEST, 'fonts-dejavu-core': NEWEST };

/** A browser for tests. */
export interface Chromium {
  path: string;
  env: NodeJS.ProcessEnv;
}

/** Finds Debian's Chromium, or fetches it into the cache. Throws a UserError with the reason where that cannot be done. */
export async function findChromium(): Promise<Chromium> {
  if (existsSync(`/${PROGRAM}`)) return { path: `/${PROGRAM}`, env: process.env };
  const { root, env } = await debianPrograms({ name: 'chromium', packages: PACKAGES });
  return { path: join(root, PROGRAM), env: { ...env, FONTCONFIG_FILE: fontSettings(root) } };
}

function preferSans(family: string): string {
  return `<alias><family>${family}</family><prefer><family>DejaVu Sans</family></prefer></alias>`;
}

/** The package's own settings name directories below `/`. */
function fontSettings(root: string): string {
  const file = join(root, 'fonts.conf');
  if (!existsSync(file))
    writeFileSync(
      file,
      '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>' +
        `<dir>${join(root, 'usr/share/fonts')}</dir><cachedir prefix="xdg">fontconfig</cachedir>` +
        `${['system-ui', 'sans-serif'].map(preferSans).join('')}</fontconfig>\n`,
    );
  return file;
}
