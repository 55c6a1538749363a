import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JsonSchema } from '#libs/contracts';
import { findOasdiff } from './find-oasdiff.ts';

/** What docs/api-growth.md says, where oasdiff judges otherwise. */
const SEVERITIES: Readonly<Record<string, 'err' | 'info'>> = {
  // Every enum of an answer is an x-extensible-enum, too.
  'response-property-enum-value-added': 'info',
  'response-mediatype-enum-value-added': 'info',
  'response-property-enum-value-removed': 'info',
  // Clients are generated from operation ids, and read optional members.
  'api-operation-id-removed': 'err',
  'response-optional-property-removed': 'err',
  // Bodies are closed: a member that was taken would be refused.
  'request-property-removed': 'err',
  'request-parameter-removed': 'err',
};

/** How long one comparison takes at most. */
const COMPARISON_TIMEOUT_MS = 60_000;

/** What of the newer document a client of the older one cannot take: a sentence each. */
export async function breakingChanges(older: unknown, newer: unknown): Promise<string[]> {
  const oasdiff = await findOasdiff();
  const scratch = mkdtempSync(join(tmpdir(), 'hailgrid-api-'));
  try {
    const write = (name: string, text: string): string => {
      const path = join(scratch, name);
      writeFileSync(path, text);
      return path;
    };
    const severities = Object.entries(SEVERITIES).map(([rule, severity]) => `${rule} ${severity}\n`);
    const { stdout } = await promisify(execFile)(
      oasdiff,
      [
        'breaking',
        write('older.json', JSON.stringify(asOpenApi(older))),
        write('newer.json', JSON.stringify(asOpenApi(newer))),
        '--format=json',
        `--severity-levels=${write('severities.txt', severities.join(''))}`,
      ],
      { timeout: COMPARISON_TIMEOUT_MS, maxBuffer: 64 * 1024 * 1024 },
    );
    return changesIn(stdout).map(
      ({ id, operation = '', path = '', text }) => `${id}: ${operation} ${path}: ${text}`,
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Change {
  id: string;
  text: string;
  operation?: string;
  path?: string;
}

function changesIn(output: string): Change[] {
  const json: unknown = output.trim() === '' ? [] : JSON.parse(output);
  if (!Array.isArray(json)) throw new Error(`oasdiff wrote no list of changes: ${output.slice(0, 200)}`);
  return json as Change[];
}

interface AsyncDocument {
  asyncapi: string;
  channels: { stream: { messages: Record<string, { payload: JsonSchema }> } };
  components: object;
}

function isAsync(document: unknown): document is AsyncDocument {
  return typeof document === 'object' && document !== null && 'asyncapi' in document;
}

/** The frames of a WebSocket as if each were a call, so that one program judges both kinds of documents. */
function asOpenApi(document: unknown): unknown {
  if (!isAsync(document)) return document;
  const { channels, components } = document;
  return {
    openapi: '3.1.0',
    info: { title: 'frames', version: '1' },
    paths: Object.fromEntries(
      Object.entries(channels.stream.messages).map(([name, { payload }]) => {
        const content = { 'application/json': { schema: payload } };
        return [
          `/${name}`,
          name.startsWith('client_')
            ? { post: { operationId: name, requestBody: { required: true, content }, responses: {} } }
            : { get: { operationId: name, responses: { 200: { description: name, content } } } },
        ];
      }),
    ),
    components,
  };
}
