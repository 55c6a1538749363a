import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface ComposeService {
  image: string;
  build?: { context: string; target: string };
  command?: string[];
  environment?: Record<string, string>;
  networks?: string[] | Record<string, { aliases?: string[] }>;
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  deploy?: { replicas: number };
  profiles?: string[];
  secrets?: string[];
  user?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  privileged?: boolean;
  mem_limit?: string;
  pids_limit?: number;
  container_name?: string;
}

export interface ComposeFile {
  name: string;
  services: Record<string, ComposeService>;
  networks: Record<string, unknown>;
  volumes: Record<string, unknown>;
  secrets: Record<string, { file: string }>;
}

/** The networks of a service. */
export function networksOf({ networks = [] }: Pick<ComposeService, 'networks'>): string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

/** The further names of a service in its networks. */
export function aliasesOf({ networks = [] }: Pick<ComposeService, 'networks'>): string[] {
  return Array.isArray(networks) ? [] : Object.values(networks).flatMap(({ aliases = [] }) => aliases);
}

/** docker-compose.yml with its anchors merged, and with these variables or the defaults of `${NAME:-default}`. */
export function readComposeFile(variables: Readonly<Record<string, string>>): ComposeFile {
  const file = parse(substitute(composeText(), variables), { merge: true }) as ComposeFile;
  for (const service of Object.values(file.services)) service.environment &&= asText(service.environment);
  return file;
}

export function composeText(): string {
  return readFileSync(`${ROOT}docker-compose.yml`, 'utf8');
}

/** As Compose does it; throws for `${NAME:?message}` without a value. */
function substitute(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, operator: string, rest: string) => {
    const value = variables[name] ?? (operator === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name}: ${rest}`);
    return value;
  });
}

/** YAML parses 300 as a number; in an environment it is text. */
function asText(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]));
}
