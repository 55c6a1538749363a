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

/** A number as half of the world writes it. */
export const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number of a decimal text; NaN for any other, such as `""`, `0x10` and `40,7`. */
export function readNumber(text: string): number {
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}
