import { z } from 'zod';
import { baseConfig, environmentName, isSecret } from '#libs/service';
import { issuerConfig } from '../../apps/dev-issuer/config.ts';
import { consoleConfig } from '../../apps/console/config.ts';
import { driverApiConfig } from '../../apps/driver-api/config.ts';
import { fleetEnvironment } from '../../apps/fleet/fleet-config.ts';
import { matcherConfig } from '../../apps/matcher/config.ts';
import { riderApiConfig } from '../../apps/rider-api/config.ts';
import { tripsConfig } from '../../apps/trips/config.ts';
import { webhooksConfig } from '../../apps/webhooks/config.ts';
import { code, markdownPage, markdownTable } from './markdown-page.ts';
import { TOOL_VARIABLES } from './tool-variables.ts';

const SERVICES: Readonly<Record<string, z.ZodObject>> = {
  'rider-api': riderApiConfig,
  'driver-api': driverApiConfig,
  matcher: matcherConfig,
  trips: tripsConfig,
  'dev-issuer': issuerConfig,
  webhooks: webhooksConfig,
  console: consoleConfig,
};

const INTRODUCTION = `Environment variables, read once at start by \`readConfig\` (\`libs/service/config.ts\`). A wrong value is named on
stderr and the process exits with code 78 before it starts anything. An empty variable counts as not set. The
unit stands at the end of a name. A secret may be given as a file instead: \`<variable>_FILE\` is its path, and its last line break is
ignored. Both at once are refused. The files of \`HAILGRID_POSTGRES_URLS\` and \`HAILGRID_NATS_NKEY_SEED\` are read again for each new connection,
so that a password or key can be renewed without a restart.`;

/** A variable that one or more processes read. */
interface Variable {
  name: string;
  byDefault: string;
  accepts: string;
  meaning: string;
  readers: string[];
}

export function configurationPage(): Promise<string> {
  const rows = variables().map(({ name, byDefault, accepts, meaning, readers }) => [
    code(name),
    byDefault,
    accepts,
    readers.length > Object.keys(SERVICES).length
      ? 'all'
      : readers.join() === Object.keys(SERVICES).join()
        ? 'all services'
        : readers.join(', '),
    meaning,
  ]);
  const tools = Object.entries(TOOL_VARIABLES).map(([name, { readers, meaning }]) => [
    code(name),
    readers,
    meaning,
  ]);
  return markdownPage(
    'Configuration',
    INTRODUCTION,
    '## Processes',
    markdownTable(['variable', 'default', 'accepts', 'read by', 'meaning'], rows),
    '## Commands',
    'Variables of the npm scripts. All are optional.',
    markdownTable(['variable', 'read by', 'meaning'], tools),
  );
}

function variables(): Variable[] {
  const merged = new Map<string, Variable>();
  for (const [reader, name, key, schema] of readVariables()) {
    const { description: meaning } = schema;
    if (meaning === undefined) throw new Error(`${name} of ${reader} needs .describe() in its schema`);
    const variable = {
      name,
      byDefault: defaultOf(key, schema),
      accepts: acceptedBy(schema),
      meaning: isSecret(schema) ? `${meaning}; or \`${name}_FILE\`` : meaning,
    };
    const identity = JSON.stringify(variable);
    const known = merged.get(identity);
    if (known === undefined) merged.set(identity, { ...variable, readers: [reader] });
    else known.readers.push(reader);
  }
  return [...merged.values()].toSorted((a, b) => b.readers.length - a.readers.length);
}

function readVariables(): [reader: string, name: string, key: string, schema: z.ZodType][] {
  const schemas = [
    ...Object.entries(SERVICES).flatMap(([app, { shape }]) =>
      Object.entries(shape).map(([key, schema]) => [app, environmentName(key), key, schema] as const),
    ),
    ...Object.entries(fleetEnvironment.shape).map(([name, schema]) => ['fleet', name, name, schema] as const),
  ];
  return schemas.map(([app, name, key, schema]) => [app, name, key, z.instanceof(z.ZodType).parse(schema)]);
}

const BASE: Readonly<Record<string, z.ZodType>> = baseConfig.shape;

/** `none` for an optional variable without a default, `required` for a mandatory one. */
function defaultOf(key: string, schema: z.ZodType): string {
  // This default depends on the machine.
  if (key === 'instance') return 'host name';
  // An app may refuse a shared default: dev-issuer refuses production mode.
  const { success, data } = (BASE[key] ?? schema).safeParse(undefined);
  if (!success) return 'required';
  return data === undefined ? 'none' : code(JSON.stringify(data).replaceAll(/["[\]]/g, ''));
}

/** The kind of value and its limits, as far as JSON Schema expresses them. */
function acceptedBy(schema: z.ZodType): string {
  const {
    type,
    format,
    minimum,
    maximum,
    enum: values,
    items,
  } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  if (values !== undefined) return values.map((value) => code(String(value))).join(', ');
  if (type === 'number' || type === 'integer') {
    const limits = [
      minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER && `at least ${minimum}`,
      maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && `at most ${maximum}`,
    ].filter((limit) => limit !== false);
    return [type, ...limits].join(', ');
  }
  if (type === 'boolean') return '`true`, `false`';
  if (format === 'uri') return 'URL';
  return items === undefined ? 'text' : 'list';
}
