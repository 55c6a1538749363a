import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface ComposeService {
  image: string;
  build?: { context: string; target: string };
  command?: string[];
  environment?: Record<string, string>;
  networks?: string[];
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  deploy?: { replicas: number };
  profiles?: string[];
  container_name?: string;
}

export interface ComposeFile {
  name: string;
  services: Record<string, ComposeService>;
  networks: Record<string, unknown>;
  volumes: Record<string, unknown>;
}

/** docker-compose.yml with its anchors merged, and `${NAME:-default}` replaced by the defaults. */
export function readComposeFile(): ComposeFile {
  const text = readFileSync(`${ROOT}docker-compose.yml`, 'utf8');
  const withDefaults = text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
  const file = parse(withDefaults, { merge: true }) as ComposeFile;
  for (const service of Object.values(file.services)) service.environment &&= asText(service.environment);
  return file;
}

/** YAML parses 300 as a number; in an environment it is text. */
function asText(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}
