import { InvalidArgumentError } from 'commander';

/** Parses a whole number from `least` to `most` on a command line. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It takes a whole number ${rangeOf(least, most)}.`);
    return value;
  };
}

/** Parses a comma-separated list of whole numbers from `least` up. */
export function wholeNumbers(least: number): (text: string) => number[] {
  const parse = wholeNumber(least);
  return (text) => text.split(',').map(parse);
}

/** Parses a decimal number from `least` to `most` on a command line. */
export function decimalNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It takes a number ${rangeOf(least, most)}.`);
    return value;
  };
}

function rangeOf(least: number, most: number): string {
  return most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
}
