import { expect, test } from 'vitest';
import { tripEtag, wouldBeTheSame } from './trip-etag.ts';

const etag = tripEtag({ seq: 7 });

test('names the newest change, weakly', () => {
  expect(etag).toBe('W/"7"');
});

test.each(['W/"7"', '"7"', '*', 'W/"3", W/"7"', '"3","7"'])('If-None-Match %s is the same', (header) => {
  expect(wouldBeTheSame(header, etag)).toBe(true);
});

test.each([undefined, '', 'W/"6"', '"77"', '7', 'W/7'])('If-None-Match %s is not', (header) => {
  expect(wouldBeTheSame(header, etag)).toBe(false);
});
