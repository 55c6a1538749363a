import { HailgridProblem } from '#sdk';

interface Money {
  amount_minor: number;
  currency: string;
}

/** What a person reads of failures that the service says nothing about. */
const TRANSPORT_WORDS: Readonly<Record<string, string>> = {
  network: 'The service cannot be reached. Is the city running?',
  timeout: 'The service did not answer in time.',
  bad_answer: 'The service gave an answer that this page does not understand.',
  stopped: 'The connection was closed.',
  too_many_pending: 'Too many changes wait for their answers.',
};

/** A failure in the words of the service, if it said any. */
export function failureWords(error: unknown): string {
  if (!(error instanceof HailgridProblem)) return error instanceof Error ? error.message : String(error);
  const { problem, code } = error;
  if (problem === undefined) return TRANSPORT_WORDS[code] ?? error.message;
  return sentence(problem.detail ?? problem.title);
}

export function moneyWords({ amount_minor, currency }: Money, locale?: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount_minor / 10 ** digits);
}

/** A time as people tell it: `40 s`, `3 min`. */
export function durationWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

export function distanceWords(metres: number): string {
  return metres < 1_000 ? `${Math.round(metres / 10) * 10} m` : `${(metres / 1_000).toFixed(1)} km`;
}

function sentence(words: string): string {
  const start = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
