import { z } from 'zod';

/** A JSON Schema as part of a document. */
export type JsonSchema = Record<string, unknown>;

/** OpenAPI 3.1 speaks the newer dialect, AsyncAPI 3.0 the older one. */
export type Dialect = 'draft-2020-12' | 'draft-7';

const LOCAL_REF = /^#\/(?:\$defs|definitions)\//;

/**
 * Turns zod schemas into JSON Schemas of one document: those with an id become components, each written once and
 * referred to by `$ref`. All are described as what a caller may send; of what is answered it follows that members may
 * be added.
 */
export class SchemaComponents {
  readonly #dialect: Dialect;
  readonly #schemas = new Map<string, JsonSchema>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** The schema in place, or a reference to its component. */
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

  /** For `components.schemas`, in the order of their names. */
  all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** `date-time` says it; the pattern beside it is a wall of text that says the same. */
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
