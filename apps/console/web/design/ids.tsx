import { useState } from 'react';
import { Link } from 'wouter';

/** How long the sign that something was copied stays. */
const COPIED_MS = 1_500;
/** How many characters of an id stand for it: the last ones, as the first ones are its time. */
const SHOWN_OF_ID = 8;

/** The end of an id, with its kind: `trip …hbhvdz1q`. */
export function shortId(id: string): string {
  const [kind = ''] = id.split('_');
  return `${kind} …${id.slice(-SHOWN_OF_ID)}`;
}

/** A trip or driver that one can go to, or a rider whose trips are listed. */
export function IdLink({ id }: { id: string }) {
  const to = pageOf(id);
  const text = <span className="mono">{shortId(id)}</span>;
  return to === undefined ? (
    <span title={id}>{text}</span>
  ) : (
    <Link href={to} title={id} style={{ whiteSpace: 'nowrap' }}>
      {text}
    </Link>
  );
}

/** The page about an id; undefined: there is none. */
export function pageOf(id: string): string | undefined {
  if (/^trip_[0-9a-z]{26}$/.test(id)) return `/trips/${id}`;
  if (/^driver_[0-9a-z]{26}$/.test(id)) return `/drivers/${id}`;
  if (/^rider_[0-9a-z]{26}$/.test(id)) return `/trips?rider_id=${id}`;
  return undefined;
}

/** Copies a text; says so for a moment. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    window.setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <button
      type="button"
      className="copy"
      aria-label={`Copy ${what}`}
      title={text}
      onClick={() => void copy()}
    >
      {isCopied ? 'copied' : 'copy'}
    </button>
  );
}
