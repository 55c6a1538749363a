import { expect, test } from 'vitest';
import { z } from 'zod';
import * as commands from './commands/index.ts';
import { HTTP_ROUTES } from './http/index.ts';
import {
  driverClientFrame,
  driverServerFrame,
  operatorClientFrame,
  operatorServerFrame,
  riderClientFrame,
  riderServerFrame,
} from './stream/index.ts';
import { HUMAN_TEXT, MAX_BYTES_PER_GRAPHEME, typedText } from './text.ts';
import { tripChange } from './trip.ts';
import { webhookEvent } from './webhook-event.ts';

const FAMILY = '👨‍👩‍👧‍👦';

test.each(['flat tyre', 'Straße 🚕', 'مطار ‏القاهرة', 'नमस्ते', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 7', FAMILY])(
  '%j is text that people see',
  (text) => {
    expect(typedText(40).parse(` ${text} `)).toBe(text);
  },
);

test.each([
  ['empty', ''],
  ['of spaces', '   '],
  ['of joiners', '\u200b\u200d\ufeff'],
  ['with NUL', 'a\0b'],
  ['with an escape sequence', 'a\u001b[2Jb'],
  ['with a C1 control', 'a\u0085b'],
  ['with an unpaired surrogate', 'x\udc00y'],
  ['with a private-use character', 'a\ue000'],
  ['with a supplementary private-use character', 'a\u{10fffd}'],
  ['with a noncharacter', 'a\ufffe'],
  ['with a supplementary noncharacter', 'a\u{1ffff}'],
  ['with a bidirectional override', 'AA\u202e00'],
  ['with a bidirectional isolate', 'AA\u206700'],
  ['with a line separator', 'a\u2028b'],
  ['of two lines', 'two\nlines'],
  ['of too many characters', 'x'.repeat(41)],
  ['of too many families', FAMILY.repeat(41)],
  ['with a tower of accents', `e${'\u0301'.repeat(40 * MAX_BYTES_PER_GRAPHEME)}`],
])('text %s is refused', (_, text) => {
  expect(typedText(40).safeParse(text).success).toBe(false);
});

test('a text of lines has line breaks and tabs, and no other control', () => {
  const note = typedText(40, { lines: true });
  expect(note.parse('two\r\n\tlines')).toBe('two\r\n\tlines');
  expect(note.safeParse('two\vlines').success).toBe(false);
});

test('a character of several code points counts once', () => {
  expect(typedText(10).parse('e\u0301'.repeat(10))).toHaveLength(20);
  expect(typedText(10).safeParse('e\u0301'.repeat(11)).success).toBe(false);
});

/** Members that hold text of a program, by their last name: no person chooses it. */
const MACHINE_TEXT: Readonly<Record<string, string>> = {
  id: "a client's reference to its own frame, echoed to it alone",
  cursor: 'opaque, from the answer before',
  next_cursor: 'opaque',
  ticket: 'opaque',
  token: 'opaque',
  secret: 'generated',
  secrets: 'generated, and sealed',
  fingerprint: 'the hash of a secret',
  key_id: 'of a sealing key, generated',
  issuer: 'of a token that was verified; one of those configured',
  request_digest: 'hexadecimal, of a fixed length',
  url: 'a URL; the schema of the request checks it',
  crv: 'of a JSON Web Key',
  x: 'of a JSON Web Key',
  y: 'of a JSON Web Key',
  kid: 'of a JSON Web Key',
  alg: 'of a JSON Web Key',
  code: 'from the registry of errors',
  type: 'from the registry of errors',
  title: 'from the registry of errors',
  subject: 'a TypeID, made by the development issuer',
  detail: 'written by us',
  message: 'written by us',
  pointer: 'a JSON pointer to a member of our schemas',
  request_id: 'generated, or checked at the edge',
  recorded_at: 'a time, read by its form',
  name: "of a product, from the operator's tariffs",
  hash: 'hexadecimal, of a fixed length',
  host: 'an address, from Postgres',
  state: 'a word of Postgres',
  sync_state: 'a word of Postgres',
  server: 'the name of a nats-server, from its configuration',
  cluster: 'the name of a NATS cluster, from its configuration',
  leader: 'the name of a nats-server, from its configuration',
  error: 'what our HTTP client says',
  suspended_error: 'what our HTTP client says',
};

interface Leaf {
  readonly path: string;
  readonly schema: z.core.$ZodType;
}

/** The strings of a schema that are not of a fixed form. */
function freeStrings(schema: z.core.$ZodType, path: string, seen = new Set<z.core.$ZodType>()): Leaf[] {
  if (seen.has(schema)) return [];
  const inner = (next: z.core.$ZodType, name = ''): Leaf[] =>
    freeStrings(next, name === '' ? path : `${path}/${name}`, new Set([...seen, schema]));
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
      return hasForm(def) ? [] : [{ path, schema }];
    case 'object':
      return Object.entries(def.shape).flatMap(([name, member]) => inner(member, name));
    case 'array':
      return inner(def.element);
    case 'record':
      return inner(def.valueType);
    case 'tuple':
      return def.items.flatMap((item) => inner(item));
    case 'union':
      return def.options.flatMap((option) => inner(option));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return inner(def.innerType);
    case 'pipe':
      return [...inner(def.in), ...inner(def.out)];
    case 'number':
    case 'boolean':
    case 'null':
    case 'undefined':
    case 'literal':
    case 'enum':
    case 'template_literal':
    case 'transform':
    case 'unknown':
    case 'never':
      return [];
    default:
      throw new Error(`${path}: the walk does not know ${def.type}`);
  }
}

function hasForm(def: z.core.$ZodStringDef): boolean {
  const { format } = def as { format?: string };
  const formats = (def.checks ?? []).map((check) => (check._zod.def as { format?: string }).format);
  return [format, ...formats].some((each) => each !== undefined);
}

const READ: Leaf[] = [
  ...HTTP_ROUTES.flatMap(({ method, path, params, query, body }) =>
    [params, query, body].flatMap((schema) =>
      schema === undefined ? [] : freeStrings(schema, `${method} ${path}`),
    ),
  ),
  ...freeStrings(driverClientFrame, 'driver frame'),
  ...freeStrings(riderClientFrame, 'rider frame'),
  ...freeStrings(operatorClientFrame, 'operator frame'),
  ...Object.entries(commands).flatMap(([name, value]) =>
    typeof value === 'object' && 'input' in value ? freeStrings(value.input, name) : [],
  ),
];

const WRITTEN: Leaf[] = [
  ...HTTP_ROUTES.flatMap(({ method, path, response }) => freeStrings(response, `${method} ${path}`)),
  ...freeStrings(driverServerFrame, 'driver frame'),
  ...freeStrings(riderServerFrame, 'rider frame'),
  ...freeStrings(operatorServerFrame, 'operator frame'),
  ...freeStrings(tripChange, 'trip change'),
  ...freeStrings(webhookEvent, 'webhook event'),
  ...Object.entries(commands).flatMap(([name, value]) =>
    typeof value === 'object' && 'output' in value ? freeStrings(value.output, name) : [],
  ),
];

function nameOf({ path }: Leaf): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

test('every text that a request brings is of a fixed form, of a program, or checked as people see it', () => {
  const unchecked = READ.filter(
    (leaf) => HUMAN_TEXT.get(leaf.schema)?.checked !== true && !(nameOf(leaf) in MACHINE_TEXT),
  );
  expect(unchecked.map(({ path }) => path)).toEqual([]);
});

test('every text that an answer shows was checked when it was written', () => {
  const unchecked = WRITTEN.filter(
    (leaf) => HUMAN_TEXT.get(leaf.schema) === undefined && !(nameOf(leaf) in MACHINE_TEXT),
  );
  expect(unchecked.map(({ path }) => path)).toEqual([]);
});

test('the walk finds the texts of people, and each exception is a member', () => {
  const human = READ.filter(({ schema }) => HUMAN_TEXT.get(schema)?.checked === true);
  const names = new Set(human.map(nameOf));
  expect(names).toEqual(new Set(['plate', 'make', 'model', 'color', 'reason', 'note', 'as']));
  const found = new Set([...READ, ...WRITTEN].map(nameOf));
  expect(Object.keys(MACHINE_TEXT).filter((name) => !found.has(name))).toEqual([]);
});
