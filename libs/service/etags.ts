import { HailgridError } from '#libs/contracts';

/**
 * The version of a trip or driver, which each change raises, as a tag. Weak, since the bytes may differ between software
 * versions.
 */
export function etagOf(version: number): string {
  return `W/"${version}"`;
}

/** RFC 9110 If-None-Match: `*` or a list of tags, compared weakly. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.some((tag) => opaquePart(tag) === opaquePart(etag));
}

const ETAG_LIST = /^(?:\*|\s*(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*\s*)$/;

/**
 * Throws `precondition_failed`, with the current tag, if an If-Match header names other versions. Tags are compared
 * weakly: RFC 9110 wants strong ones here because of edits of bytes, and ours name a version of the state.
 */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined) return;
  if (!ETAG_LIST.test(ifMatch))
    throw new HailgridError('invalid_request', 'If-Match', {
      issues: [{ pointer: '/headers/If-Match', message: '* or ETags, as in W/"7"' }],
    });
  const etag = etagOf(version);
  if (!matchesEtag(ifMatch, etag))
    throw new HailgridError('precondition_failed', `If-Match ${ifMatch}, now ${etag}`, {
      detail: `The current ETag is ${etag}.`,
    });
}

function opaquePart(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
