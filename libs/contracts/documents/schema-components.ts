import { z } from 'zod';

/** A JSON Schema as part of a document. */
export type JsonSchema = Record<string, unknown>;

/** OpenAPI 3.1 uses the newer dialect, AsyncAPI 3.0 the older one. */
export type Dialect = 'draft-2020-12' | 'draft-7';

const LOCAL_REF = /^#\/(?:\$defs|definitions)\//;

/**
 * Converts zod schemas to the JSON Schemas of one document: a schema with an id becomes a component, written once and
 * referenced by `$ref`.
 */
export class SchemaComponents {
  readonly #dialect: Dialect;
  readonly #schemas = new Map<string, JsonSchema>();
  /** The components that are part of an answer. */
  readonly #answered = new Set<string>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** Returns the schema of a request inline, or a reference to its component. */
  schema(schema: z.core.$ZodType): JsonSchema {
    return this.#convert(schema, (json) => json);
  }

  /**
   * As {@link schema}, of what a client reads: it allows members and values of enums that are added later, whoever else
   * uses its components.
   */
  answer(schema: z.core.$ZodType): JsonSchema {
    return this.#convert(schema, asOpen, this.#answered);
  }

  #convert(schema: z.core.$ZodType, adapt: (json: unknown) => unknown, names?: Set<string>): JsonSchema {
    const json = z.toJSONSchema(schema, {
      target: this.#dialect,
      io: 'input',
      override: withoutRedundantPattern,
    });
    const { $schema: _, $defs, definitions, ...own } = json;
    for (const [name, component] of Object.entries($defs ?? definitions ?? {})) {
      names?.add(name);
      this.#schemas.set(name, withComponentRefs(component) as JsonSchema);
    }
    return adapt(withComponentRefs(own)) as JsonSchema;
  }

  /** For `components.schemas`, sorted by name. */
  all(): Record<string, JsonSchema> {
    return Object.fromEntries(
      [...this.#schemas]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, json]) => [name, this.#answered.has(name) ? (asOpen(json) as JsonSchema) : json]),
    );
  }
}

/** Growth that clients have to expect: docs/api-growth.md. */
function asOpen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asOpen);
  if (typeof value !== 'object' || value === null) return value;
  const { additionalProperties, ...json } = value as JsonSchema;
  const open = Object.fromEntries(Object.entries(json).map(([key, member]) => [key, asOpen(member)]));
  return {
    ...open,
    ...(additionalProperties !== undefined &&
      additionalProperties !== false && { additionalProperties: asOpen(additionalProperties) }),
    ...(Array.isArray(json['enum']) && { 'x-extensible-enum': json['enum'] }),
  };
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
