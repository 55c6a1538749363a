/** A malformed file; the message names file, line and column. */
export class TableError extends Error {
  readonly file: string;
  /** 1 is the header. */
  readonly line: number;
  readonly column: string;

  constructor(file: string, line: number, column: string, problem: string) {
    super(`${file}, line ${line}, column ${column}: ${problem}`);
    this.name = 'TableError';
    this.file = file;
    this.line = line;
    this.column = column;
  }
}

/** A condition on a number, and the words that describe it in an error. */
export interface NumberRule {
  readonly is: (value: number) => boolean;
  readonly words: string;
}

export const LATITUDE: NumberRule = {
  is: (value) => value >= -90 && value <= 90,
  words: 'a latitude (-90 to 90)',
};
export const LONGITUDE: NumberRule = {
  is: (value) => value >= -180 && value <= 180,
  words: 'a longitude (-180 to 180)',
};
export const WHOLE: NumberRule = {
  is: (value) => Number.isSafeInteger(value) && value >= 0,
  words: 'a whole number, 0 or more',
};
export const SECONDS: NumberRule = {
  is: (value) => value >= 0 && value < Infinity,
  words: 'a number of seconds, 0 or more',
};

/** One row of a table, read by index into `columns`. */
export interface Row {
  /** 1 is the header, so the first row of data is on line 2. */
  readonly line: number;
  text(column: number): string;
  number(column: number, rule: NumberRule): number;
  /** Creates an error about a value of this row. */
  error(column: number, problem: string): TableError;
}

/**
 * Reads the rows of a comma-separated text with a header. The named columns may come in any order, with others between
 * them. Quotes are not supported, because the street and trip files have none. Skips empty lines; accepts CRLF and a
 * byte-order mark.
 *
 * @param file name of the text in errors
 * @throws TableError for a missing column, a row that is too short or long, and errors of `read`
 */
export function readTable<T>(
  file: string,
  text: string,
  columns: readonly string[],
  read: (row: Row) => T,
): T[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = (lines[0] ?? '').split(',').map((name) => name.trim());
  const places = columns.map((name) => {
    const place = header.indexOf(name);
    if (place < 0) throw new TableError(file, 1, name, 'missing from the header');
    return place;
  });
  const results: T[] = [];
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index];
    if (line === undefined || line.trim() === '') continue;
    const values = line.split(',');
    if (values.length !== header.length) {
      const column = header[Math.min(values.length, header.length - 1)] ?? '';
      throw new TableError(
        file,
        index + 1,
        column,
        `the row has ${values.length} values, the header ${header.length}`,
      );
    }
    results.push(read(rowOf(file, index + 1, columns, places, values)));
  }
  return results;
}

function rowOf(
  file: string,
  line: number,
  columns: readonly string[],
  places: readonly number[],
  values: readonly string[],
): Row {
  const text = (column: number): string => (values[places[column] ?? -1] ?? '').trim();
  const error = (column: number, problem: string): TableError =>
    new TableError(file, line, columns[column] ?? '', problem);
  return {
    line,
    text,
    error,
    number: (column, rule) => {
      const value = text(column) === '' ? Number.NaN : Number(text(column));
      if (!rule.is(value)) throw error(column, `expected ${rule.words}, got "${text(column)}"`);
      return value;
    },
  };
}
