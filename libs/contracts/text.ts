import { z } from 'zod';

/**
 * How many UTF-8 bytes a character that people see may have on average: enough for any script and for emoji, too few
 * for a tower of accents.
 */
export const MAX_BYTES_PER_GRAPHEME = 8;

/**
 * How many UTF-8 bytes one character may have: twice the longest emoji. A short text could otherwise spend the bytes of a
 * long one on a single tower of accents, which covers the lines above it.
 */
export const MAX_GRAPHEME_BYTES = 80;

/**
 * What RFC 9839 calls problematic (controls, unpaired surrogates, noncharacters), private use, which each device shows
 * differently, and the bidirectional embeddings, overrides and isolates, by which a text shows another one than it
 * contains. The marks of right-to-left scripts stay.
 */
const UNFIT = /[\p{Cc}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
/** The controls that texts of several lines may contain; RFC 9839 calls them useful. */
const LINE_CONTROLS = /[\t\n\r]/g;
/** Anything that takes ink: a name of joiners and spaces looks like no name. */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}]/u;

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const utf8 = new TextEncoder();

/** The schemas of text that people see, so that a test finds a member that is none of them. */
export const HUMAN_TEXT = z.registry<{ checked: boolean }>();

/**
 * Text that people see: one line, or several with `lines`. The only schema for such text in a request, so that nobody's
 * plate, name or reason can break or mislead another one's screen.
 *
 * @param maxGraphemes characters as people count them: an emoji with its modifiers is one
 */
export function typedText(maxGraphemes: number, { lines = false }: { lines?: boolean } = {}) {
  const maxBytes = maxGraphemes * MAX_BYTES_PER_GRAPHEME;
  return z
    .string()
    .trim()
    .min(1)
    .max(maxBytes)
    .superRefine((text, context) => {
      const fault = faultOf(text, { maxGraphemes, maxBytes, lines });
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .meta({ description: `at most ${maxGraphemes} characters as people see them, ${maxBytes} bytes` })
    .register(HUMAN_TEXT, { checked: true });
}

/**
 * Such text in an answer. Taken as it was stored: a rule that became stricter must not make what was written before
 * unreadable.
 */
export const keptText = z.string().register(HUMAN_TEXT, { checked: false });

interface TextLimits {
  readonly maxGraphemes: number;
  readonly maxBytes: number;
  readonly lines: boolean;
}

function faultOf(text: string, { maxGraphemes, maxBytes, lines }: TextLimits): string | undefined {
  // Before the costly count: a text has at least as many bytes as UTF-16 units.
  if (text.length > maxBytes || utf8.encode(text).length > maxBytes) return `has more than ${maxBytes} bytes`;
  if (UNFIT.test(lines ? text.replace(LINE_CONTROLS, '') : text))
    return 'contains a control, private-use, bidirectional or invalid character';
  if (!VISIBLE.test(text)) return 'contains no visible character';
  let count = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (utf8.encode(segment).length > MAX_GRAPHEME_BYTES)
      return `has a character of more than ${MAX_GRAPHEME_BYTES} bytes`;
    if (++count > maxGraphemes) return `has more than ${maxGraphemes} characters`;
  }
  return undefined;
}
