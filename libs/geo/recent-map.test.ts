import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentMap } from './recent-map.ts';

describe('RecentMap', () => {
  it('never exceeds its capacity, never returns a wrong value, and keeps the entries used last', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 10 }),
        fc.array(fc.tuple(fc.nat(20), fc.boolean())),
        (capacity, uses) => {
          const recent = new RecentMap<number, number>(capacity);
          const written = new Map<number, number>();
          for (const [time, [key, isWrite]] of uses.entries()) {
            if (isWrite) {
              recent.set(key, time);
              written.set(key, time);
            }
            expect(isWrite ? [time] : [undefined, written.get(key)]).toContain(recent.get(key));
            expect(recent.size).toBeLessThanOrEqual(capacity);
          }
        },
      ),
    );
  });

  it('keeps an entry in use while others come and go', () => {
    const recent = new RecentMap<number, string>(10);
    recent.set(-1, 'in use');
    for (let key = 0; key < 1000; key++) {
      recent.set(key, 'passing');
      expect(recent.get(-1)).toBe('in use');
    }
  });
});
