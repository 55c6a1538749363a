/** Products as small numbers, in the order they are first seen. 0 is a product not known yet. */
export class ProductCodes {
  readonly #codes = new Map<string, number>();
  readonly #names: string[] = [];

  /** The code of a product, given one if it had none. Throws a RangeError beyond {@link MAX_PRODUCTS}. */
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

/** How many products there may be: their codes fit a byte. */
export const MAX_PRODUCTS = 255;
