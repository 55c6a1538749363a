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
