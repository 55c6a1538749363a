import type { SparseEtaQuestion } from '#libs/geo';

/** A part of a sparse question, sent as a full matrix. */
export interface Block {
  /** Rows (pickups) and columns (origins) of the question. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** The pairs of the question that the matrix answers. */
  readonly pairs: readonly { readonly pair: number; readonly row: number; readonly column: number }[];
}

/**
 * Divides a question into matrices of at most `maxPlaces` places. Consecutive rows share most columns, because pickups
 * near one another have the same drivers nearby.
 *
 * @param maxPlaces at least 2
 */
export function blocksOf({ rowStarts, columns }: SparseEtaQuestion, maxPlaces: number): Block[] {
  const blocks: Block[] = [];
  let block = new OpenBlock();
  for (let row = 0; row + 1 < rowStarts.length; row++) {
    for (let pair = rowStarts[row] as number; pair < (rowStarts[row + 1] as number); pair++) {
      const column = columns[pair] as number;
      if (block.sizeWith(row, column) > maxPlaces) {
        blocks.push(block.closed());
        block = new OpenBlock();
      }
      block.add(pair, row, column);
    }
  }
  if (block.pairs.length > 0) blocks.push(block.closed());
  return blocks;
}

/**
 * The halves of a matrix that the engine refused, by the longer side, without the pairs of the refused place if the
 * engine named it. None for a single pair: then that pair is refused.
 *
 * @param refusedPlace index among the columns, then the rows
 */
export function halvesOf({ rows, columns, pairs }: Block, refusedPlace?: number): Block[] {
  if (pairs.length <= 1) return [];
  const refusedColumn = columns[refusedPlace ?? NaN];
  const refusedRow = rows[(refusedPlace ?? NaN) - columns.length];
  const isByColumn = columns.length >= rows.length;
  const places = isByColumn ? columns : rows;
  const firstHalf = new Set(places.slice(0, Math.ceil(places.length / 2)));
  const halves = [new OpenBlock(), new OpenBlock()] as const;
  for (const { pair, row, column } of pairs) {
    if (column === refusedColumn || row === refusedRow) continue;
    halves[firstHalf.has(isByColumn ? column : row) ? 0 : 1].add(pair, row, column);
  }
  return halves.filter((half) => half.pairs.length > 0).map((half) => half.closed());
}

class OpenBlock {
  readonly pairs: { pair: number; row: number; column: number }[] = [];
  readonly #rows = new Set<number>();
  readonly #columns = new Set<number>();

  sizeWith(row: number, column: number): number {
    const more = Number(!this.#rows.has(row)) + Number(!this.#columns.has(column));
    return this.#rows.size + this.#columns.size + more;
  }

  add(pair: number, row: number, column: number): void {
    this.pairs.push({ pair, row, column });
    this.#rows.add(row);
    this.#columns.add(column);
  }

  closed(): Block {
    return { rows: [...this.#rows], columns: [...this.#columns], pairs: this.pairs };
  }
}
