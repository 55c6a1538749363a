import { query } from '../../ops/postgres/query.ts';
import { code, markdownPage, markdownTable } from './markdown-page.ts';
import { TABLE_PURPOSES } from './table-purposes.ts';

const INTRODUCTION = `The schema \`public\` after all of \`migrations/\`, read from the catalog of a migrated database. Times are service time and come as
parameters; SQL never asks for the time. Ids are UUIDs (version 7) here and TypeIDs outside (\`libs/contracts/ids.ts\`). Partitions are
left out.`;

/** All kinds of constraints except NOT NULL, which is listed with its column. */
const CONSTRAINTS = `
  SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f', 'c', 'x') AND conrelid <> 0
  ORDER BY array_position(ARRAY['p', 'u', 'f', 'c', 'x'], contype::text), conname`;

const COLUMNS = `
  SELECT c.oid::regclass::text AS table, c.relkind = 'v' AS is_view, pg_get_partkeydef(c.oid) AS partitioned_by,
         a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
         pg_get_expr(d.adbin, d.adrelid) AS default
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
  ORDER BY c.relname, a.attnum`;

/** Indexes, without those of keys. */
const INDEXES = `
  SELECT indrelid::regclass::text AS table, indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid
  WHERE c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
  ORDER BY 2`;

const TRIGGERS = `
  SELECT tgrelid::regclass::text AS table, tgname AS name, pg_get_triggerdef(oid) AS definition
  FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0 ORDER BY tgname`;

interface Column {
  table: string;
  is_view: boolean;
  partitioned_by: string | null;
  name: string;
  type: string;
  required: boolean;
  default: string | null;
}

interface Definition {
  table: string;
  name: string;
  definition: string;
}

/** @param databaseUrl URL of a database with all migrations applied */
export async function databasePage(databaseUrl: string): Promise<string> {
  const columns = await query<Column>(databaseUrl, COLUMNS);
  const parts = {
    Constraints: await query<Definition>(databaseUrl, CONSTRAINTS),
    Indexes: await query<Definition>(databaseUrl, INDEXES),
    Triggers: await query<Definition>(databaseUrl, TRIGGERS),
  };
  const tables = Map.groupBy(columns, ({ table }) => table);
  const gone = Object.keys(TABLE_PURPOSES).filter((table) => !tables.has(table));
  if (gone.length > 0) throw new Error(`TABLE_PURPOSES names no tables of the database: ${gone.join(', ')}`);
  const sections = [...tables].flatMap(([table, columnsOfTable]) => [
    ...tableSection(table, columnsOfTable),
    ...Object.entries(parts).flatMap(([title, definitions]) => definitionList(title, table, definitions)),
  ]);
  return markdownPage('Database', INTRODUCTION, ...sections);
}

function tableSection(table: string, columns: readonly Column[]): string[] {
  const purpose = TABLE_PURPOSES[table];
  if (purpose === undefined) throw new Error(`TABLE_PURPOSES has no purpose for the table ${table}`);
  const partitionedBy = columns[0]?.partitioned_by ?? null;
  const notes = [
    columns[0]?.is_view === true ? 'A view.' : '',
    purpose,
    partitionedBy === null ? '' : `Partitioned by \`${partitionedBy}\`.`,
  ];
  return [
    `## ${table}`,
    notes.filter((note) => note !== '').join(' '),
    markdownTable(
      ['column', 'type', 'null', 'default'],
      columns.map((column) => [
        code(column.name),
        column.type,
        column.required || column.is_view ? '' : 'null',
        code(column.default ?? ''),
      ]),
    ),
  ];
}

function definitionList(title: string, table: string, definitions: readonly Definition[]): string[] {
  const lines = definitions
    .filter((definition) => definition.table === table)
    .map(({ name, definition }) => `- \`${name}\`: \`${definition.replaceAll(/\s+/g, ' ')}\``);
  return lines.length === 0 ? [] : [`${title}:`, lines.join('\n')];
}
