import { expect, test } from 'vitest';
import { tripEtag, matchesEtag } from './trip-etag.ts';

const etag = tripEtag({ seq: 7 });

test('is a weak tag of the newest change', () => {
  expect(etag).toBe('W/"7"');
});

test.each(['W/"7"', '"7"', '*', 'W/"3", W/"7"', '"3","7"'])('If-None-Match %s matches', (header) => {
  expect(matchesEtag(header, etag)).toBe(true);
});

test.each([undefined, '', 'W/"6"', '"77"', '7', 'W/7'])('If-None-Match %s does not match', (header) => {
  expect(matchesEtag(header, etag)).toBe(false);
});
