/** Products as small numbers, in order of first use. 0 stands for an unknown product. */
export class ProductCodes {
  readonly #codes = new Map<string, number>();
  readonly #names: string[] = [];

  /** The code of a product; assigns one to a new product. Throws a RangeError beyond {@link MAX_PRODUCTS}. */
  codeOf(product: string): number {
    const known = this.#codes.get(product);
    if (known !== undefined) return known;
    if (this.#names.length >= MAX_PRODUCTS) throw new RangeError(`more than ${MAX_PRODUCTS} products`);
    this.#names.push(product);
    this.#codes.set(product, this.#names.length);
    return this.#names.length;
  }

  find(product: string): number | undefined {
    return this.#codes.get(product);
  }

  nameOf(code: number): string | undefined {
    return this.#names[code - 1];
  }
}

/** How many products there may be, so that a code fits a byte. */
export const MAX_PRODUCTS = 255;
