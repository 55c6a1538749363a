import { z } from 'zod';

/** A JSON Schema as part of a document. */
export type JsonSchema = Record<string, unknown>;

/** OpenAPI 3.1 uses the newer dialect, AsyncAPI 3.0 the older one. */
export type Dialect = 'draft-2020-12' | 'draft-7';

const LOCAL_REF = /^#\/(?:\$defs|definitions)\//;

/**
 * Converts zod schemas to the JSON Schemas of one document: a schema with an id becomes a component, written once and
 * referenced by `$ref`. All use the input form, so that schemas of answers allow members that are added later.
 */
export class SchemaComponents {
  readonly #dialect: Dialect;
  readonly #schemas = new Map<string, JsonSchema>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Returns the schema inline, or a reference to its component. */
  schema(schema: z.core.$ZodType): JsonSchema {
    const json = z.toJSONSchema(schema, {
      target: this.#dialect,
      io: 'input',
      override: withoutRedundantPattern,
    });
    const { $schema: _, $defs, definitions, ...own } = json;
    for (const [name, component] of Object.entries($defs ?? definitions ?? {})) {
      this.#schemas.set(name, withComponentRefs(component) as JsonSchema);
    }
    return withComponentRefs(own) as JsonSchema;
  }

  /** For `components.schemas`, sorted by name. */
  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Drops the long pattern beside `date-time`, which adds nothing to the format. */
function withoutRedundantPattern({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  if (jsonSchema['format'] === 'date-time') delete jsonSchema['pattern'];
}

function withComponentRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withComponentRefs);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string'
        ? member.replace(LOCAL_REF, '#/components/schemas/')
        : withComponentRefs(member),
    ]),
  );
}
