/**
 * The trip's sequence number, which each change raises. Weak, since the bytes may differ between software versions.
 */
export function tripEtag({ seq }: { seq: number }): string {
  return `W/"${seq}"`;
}

/** RFC 9110 If-None-Match: `*` or a list of tags, compared weakly. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.some((tag) => opaquePart(tag) === opaquePart(etag));
}

function opaquePart(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}
