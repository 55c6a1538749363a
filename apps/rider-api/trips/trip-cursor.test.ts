import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HailgridError, newId } from '#libs/contracts';
import { cursorAfter, readCursor } from './trip-cursor.ts';

test('a cursor decodes to its trip', () => {
  const id = newId('trip');
  expect(readCursor(cursorAfter(id))).toBe(id);
});

test('any other text is refused', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => readCursor(text)).toThrow(HailgridError);
    }),
  );
  expect(() => readCursor(`${cursorAfter(newId('trip'))}=`)).toThrow(HailgridError);
  expect(() => readCursor(Buffer.from(newId('rider')).toString('base64url'))).toThrow(HailgridError);
});
