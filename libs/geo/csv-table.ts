import { parse, type CsvError, type Info, type Options } from 'csv-parse/sync';
import type { NumberRule } from './csv-numbers.ts';
import { DECIMAL_COMMA, readNumber } from './csv-numbers.ts';

/** How long one record may be: the widest format has 26 short columns. A longer one means a quote that never closes. */
const MAX_RECORD_CHARACTERS = 65_536;
/** Delimiters that a header may have, in order of preference. */
const DELIMITERS = [',', ';', '\t'] as const;

/** Why a row cannot be used. */
export type RowReason =
  'malformed' | 'impossible_speed' | 'off_streets' | 'no_route' | 'same_intersection' | 'dead_part';

/** A malformed file; the message names file, line and column. */
export class TableError extends Error {
  readonly file: string;
  /** 1 is the first line of the file, as a rule the header. */
  readonly line: number;
  readonly column: string;
  readonly problem: string;
  readonly reason: RowReason;

  constructor(file: string, line: number, column: string, problem: string, reason: RowReason = 'malformed') {
    super(`${file}, line ${line}, column ${column}: ${problem}`);
    this.name = 'TableError';
    this.file = file;
    this.line = line;
    this.column = column;
    this.problem = problem;
    this.reason = reason;
  }
}

/** One row of a table, read by index into `columns`. */
export interface Row {
  /** Where the row begins; 1 is the first line of the file. */
  readonly line: number;
  text(column: number): string;
  number(column: number, rule: NumberRule): number;
  /** Creates an error about a value of this row. */
  error(column: number, problem: string, reason?: RowReason): TableError;
}

/** The rows of a table: each one is either in `results` or in `errors`. */
export interface TableRows<T> {
  readonly results: T[];
  /** Line of each result. */
  readonly lines: number[];
  /** One for each row that cannot be used, in file order. */
  readonly errors: TableError[];
}

/** A table without a row that cannot be used. */
export type CompleteTable<T> = Omit<TableRows<T>, 'errors'>;

/**
 * Reads the rows of a delimited text with a header (RFC 4180). The named columns may come in any order and case, with
 * others between them; they are separated by commas, semicolons or tabs. Skips empty lines; accepts CRLF, CR, a byte-order mark
 * and quoted values.
 *
 * @param file name of the text in errors
 * @param read converts a row; a {@link TableError} of it makes only this row unusable
 * @throws TableError for a missing or repeated column, and for quotes after which rows cannot be told apart
 */
export function readRows<T>(
  file: string,
  text: string,
  columns: readonly string[],
  read: (row: Row) => T,
): TableRows<T> {
  const header = readHeader(file, text, columns);
  const rows: TableRows<T> = { results: [], lines: [], errors: [] };
  let isHeader = true;
  let endLine = 0;
  const take = (values: string[], info: Info): null => {
    const line = firstLine(values, info.lines, endLine);
    endLine = info.lines;
    if (isHeader) isHeader = false;
    else if (values.length > 1 || header.names.length === 1 || values[0]?.trim() !== '') {
      addRow(rows, line, () => read(rowOf(file, line, columns, header, values)));
    }
    return null;
  };
  try {
    parse(text, { ...FORMAT, delimiter: header.delimiter, on_record: take } as Options);
  } catch (error) {
    throw isCsvError(error) ? syntaxError(file, error, endLine + 1, header.names) : error;
  }
  return rows;
}

/**
 * Reads a table of which every row is needed.
 * @throws TableError as {@link readRows}, and for the first row that cannot be used, with the number of the others
 */
export function readTable<T>(
  file: string,
  text: string,
  columns: readonly string[],
  read: (row: Row) => T,
): CompleteTable<T> {
  const { results, lines, errors } = readRows(file, text, columns, read);
  refuseErrors(errors);
  return { results, lines };
}

/** Throws the first of these errors, with the number of the others. */
export function refuseErrors([first, ...others]: readonly TableError[]): void {
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const more = others.length === 1 ? '1 more row' : `${others.length} more rows`;
  throw new TableError(first.file, first.line, first.column, `${first.problem} (and ${more})`);
}

const FORMAT = {
  bom: true,
  max_record_size: MAX_RECORD_CHARACTERS,
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  skip_empty_lines: true,
} satisfies Options;

interface Header {
  readonly names: readonly string[];
  readonly delimiter: string;
  /** Index into the values of a row, for each of the columns asked for. */
  readonly places: readonly number[];
}

/** Tries each delimiter and keeps the one that finds most of the columns. */
function readHeader(file: string, text: string, columns: readonly string[]): Header {
  const tries = DELIMITERS.map((delimiter) => ({ delimiter, ...firstRecord(file, text, delimiter) }));
  const hits = ({ names }: { names: readonly string[] }): number =>
    columns.filter((column) => names.includes(column)).length;
  const best = tries.reduce((found, next) => (hits(next) > hits(found) ? next : found));
  const { delimiter, names, line, error } = best;
  if (error !== undefined) throw error;
  const missing = columns.filter((column) => !names.includes(column));
  const [absent] = missing;
  if (absent !== undefined) {
    const got = names.length === 0 ? 'the file is empty' : `the header is ${names.map(quoted).join(', ')}`;
    throw new TableError(
      file,
      line,
      absent,
      `missing from the header: expected ${shortened(columns)}; ${got}`.slice(0, MAX_PROBLEM_CHARACTERS),
    );
  }
  for (const column of columns) {
    if (names.indexOf(column) === names.lastIndexOf(column)) continue;
    throw new TableError(file, line, column, 'twice in the header: expected once');
  }
  return { names, delimiter, places: columns.map((column) => names.indexOf(column)) };
}

/** How long the text of a problem may be: it quotes the file. */
const MAX_PROBLEM_CHARACTERS = 400;

function shortened(columns: readonly string[]): string {
  return columns.length <= 8 ? columns.join(', ') : `${columns.slice(0, 3).join(', ')}, …, ${columns.at(-1)}`;
}

function quoted(name: string): string {
  return `"${name}"`;
}

interface FirstRecord {
  readonly names: readonly string[];
  readonly line: number;
  /** Set if the quotes of the record are wrong with this delimiter. */
  readonly error?: TableError;
}

function firstRecord(file: string, text: string, delimiter: string): FirstRecord {
  let first: FirstRecord = { names: [], line: 1 };
  const take = (values: string[], info: Info): null => {
    first = {
      names: values.map((name) => name.trim().toLowerCase()),
      line: firstLine(values, info.lines, 0),
    };
    return null;
  };
  // Cut: only the first record is needed, and a quote that never closes is found in the pass over all rows.
  const start = text.slice(0, 2 * MAX_RECORD_CHARACTERS);
  try {
    parse(start, { ...FORMAT, delimiter, to: 1, on_record: take } as Options);
  } catch (error) {
    if (!isCsvError(error)) throw error;
    if (first.names.length === 0) return { ...first, error: syntaxError(file, error, 1, []) };
  }
  return first;
}

/** The line where a record begins: csv-parse tells where it ends, and a quoted value may contain line breaks. */
function firstLine(values: readonly string[], endLine: number, earlierEnd: number): number {
  if (endLine - earlierEnd <= 1) return endLine;
  const breaks = values.reduce((sum, value) => sum + value.split(/\r\n|\n|\r/).length - 1, 0);
  return endLine - breaks;
}

function addRow<T>(rows: TableRows<T>, line: number, read: () => T): void {
  try {
    rows.results.push(read());
    rows.lines.push(line);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    rows.errors.push(error);
  }
}

function rowOf(
  file: string,
  line: number,
  columns: readonly string[],
  { names, places }: Header,
  values: readonly string[],
): Row {
  if (values.length !== names.length) {
    const column = names[Math.min(values.length, names.length - 1)] ?? '';
    throw new TableError(
      file,
      line,
      column,
      `the row has ${values.length} values, the header ${names.length}`,
    );
  }
  const text = (column: number): string => (values[places[column] ?? -1] ?? '').trim();
  const error = (column: number, problem: string, reason?: RowReason): TableError =>
    new TableError(file, line, columns[column] ?? '', problem.slice(0, MAX_PROBLEM_CHARACTERS), reason);
  return {
    line,
    text,
    error,
    number: (column, rule) => {
      const value = readNumber(text(column));
      if (!rule.is(value)) {
        const form = DECIMAL_COMMA.test(text(column)) ? ' with a decimal point' : '';
        throw error(column, `expected ${rule.words}${form}, got "${text(column)}"`);
      }
      return value;
    },
  };
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** After a stray quote the following rows cannot be told apart, so the file is refused, not the row. */
function syntaxError(file: string, error: CsvError, line: number, names: readonly string[]): TableError {
  const column: unknown = error['column'];
  const name =
    typeof column === 'number'
      ? (names[column] ?? String(column + 1))
      : typeof column === 'string'
        ? column
        : '1';
  return new TableError(file, line, name, `expected comma-separated values (RFC 4180): ${error.message}`);
}
