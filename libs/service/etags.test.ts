import { expect, test } from 'vitest';
import { etagOf, matchesEtag, requireMatch } from './etags.ts';

const etag = etagOf(7);

test('is a weak tag of the newest change', () => {
  expect(etag).toBe('W/"7"');
});

test.each(['W/"7"', '"7"', '*', 'W/"3", W/"7"', '"3","7"'])('If-None-Match %s matches', (header) => {
  expect(matchesEtag(header, etag)).toBe(true);
});

test.each([undefined, '', 'W/"6"', '"77"', '7', 'W/7'])('If-None-Match %s does not match', (header) => {
  expect(matchesEtag(header, etag)).toBe(false);
});

test.each([undefined, 'W/"7"', '"7"', '*', 'W/"3", W/"7"'])('If-Match %s is met', (header) => {
  expect(() => requireMatch(header, 7)).not.toThrow();
});

test.each(['W/"6"', '"77"', '"3","8"'])(
  'If-Match %s is not met, and the answer has the current tag',
  (header) => {
    expect(() => requireMatch(header, 7)).toThrow(
      expect.objectContaining({ code: 'precondition_failed', detail: 'The current ETag is W/"7".' }),
    );
  },
);

test.each(['', '7', 'W/7', '"7', '"7" "8"'])('If-Match %s is no tag, which is said', (header) => {
  expect(() => requireMatch(header, 7)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});
