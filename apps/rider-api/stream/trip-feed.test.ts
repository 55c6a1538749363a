import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HailgridError, MAX_EVENTS_PER_REPLAY } from '#libs/contracts';
import { TripFeed, type SeenChange } from './trip-feed.ts';

/** Only the sequence number matters to a feed. */
function change(seq: number): SeenChange {
  return { event: { seq } } as SeenChange;
}

/** A trip with `history.newest` changes, and a feed on it. */
function feedOn(history: { newest: number }, lastSeq = 0, pageSize = MAX_EVENTS_PER_REPLAY) {
  const sent: number[] = [];
  const readAfter: number[] = [];
  const feed = new TripFeed(
    {
      replay: async (afterSeq) => {
        readAfter.push(afterSeq);
        const { newest } = history;
        await Promise.resolve();
        const rest = Array.from({ length: newest - afterSeq }, (_, index) => change(afterSeq + index + 1));
        return rest.slice(0, pageSize);
      },
      send: ({ event }) => sent.push(event.seq),
    },
    lastSeq,
  );
  return { feed, sent, readAfter };
}

function upTo(newest: number, after = 0): number[] {
  return Array.from({ length: newest - after }, (_, index) => after + index + 1);
}

describe('a feed', () => {
  test('sends changes that come in order, without reading', async () => {
    const { feed, sent, readAfter } = feedOn({ newest: 3 });
    for (const seq of [1, 2, 3]) await feed.push(change(seq));
    expect(sent).toEqual([1, 2, 3]);
    expect(readAfter).toEqual([]);
  });

  test('drops changes that it has sent already', async () => {
    const { feed, sent } = feedOn({ newest: 2 });
    for (const seq of [1, 1, 2, 1]) await feed.push(change(seq));
    expect(sent).toEqual([1, 2]);
  });

  test('reads the missing changes if one comes too early', async () => {
    const { feed, sent, readAfter } = feedOn({ newest: 4 }, 1);
    await feed.push(change(4));
    expect(sent).toEqual([2, 3, 4]);
    expect(readAfter).toEqual([1]);
  });

  test('reads once for all changes that arrive meanwhile, and again if that was not enough', async () => {
    const history = { newest: 3 };
    const { feed, sent, readAfter } = feedOn(history);
    const early = [feed.push(change(2)), feed.push(change(3))];
    history.newest = 5;
    await Promise.all([...early, feed.push(change(5))]);
    expect(sent).toEqual([1, 2, 3, 4, 5]);
    expect(readAfter).toEqual([0, 3]);
  });

  test('sends all changes after the client’s last one on resume, even again', async () => {
    const { feed, sent } = feedOn({ newest: 4 });
    await feed.reach(4);
    await feed.resume(2);
    expect(sent).toEqual([1, 2, 3, 4, 3, 4]);
    await feed.push(change(4));
    expect(sent).toHaveLength(6);
  });

  test('resumes over more changes than one replay returns', async () => {
    const newest = MAX_EVENTS_PER_REPLAY * 2 + 1;
    const { feed, sent } = feedOn({ newest });
    await feed.resume(0);
    expect(sent).toEqual(upTo(newest));
  });

  test('sends all changes again after a failed resume, whatever seq the client claimed', async () => {
    const sent: number[] = [];
    const replay = async (afterSeq: number): Promise<SeenChange[]> => {
      if (afterSeq > 3) throw new HailgridError('invalid_request', 'ahead');
      return upTo(3, afterSeq).map(change);
    };
    const feed = new TripFeed({ replay, send: ({ event }) => sent.push(event.seq) }, 99);
    await expect(feed.resume(99)).rejects.toMatchObject({ code: 'invalid_request' });
    await feed.push(change(3));
    expect(sent).toEqual([1, 2, 3]);
  });

  test('rejects if it cannot read, and continues from where it was', async () => {
    const sent: number[] = [];
    let works = false;
    const feed = new TripFeed(
      {
        replay: async () => {
          if (!works) throw new HailgridError('unavailable', 'trips is down');
          return [change(1), change(2)];
        },
        send: ({ event }) => sent.push(event.seq),
      },
      0,
    );
    await expect(feed.push(change(2))).rejects.toMatchObject({ code: 'unavailable' });
    works = true;
    await feed.push(change(2));
    expect(sent).toEqual([1, 2]);
  });

  test('sends each change once and in order, even if pushes are lost, repeated or late', async () => {
    const pushes = fc.array(
      fc.record({ seq: fc.integer({ min: 1, max: 12 }), settles: fc.boolean(), happens: fc.nat(3) }),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(12), pushes, async (first, pushes) => {
        const history = { newest: first };
        const { feed, sent } = feedOn(history, first);
        const pending: Promise<void>[] = [];
        for (const { seq, settles, happens } of pushes) {
          // A push is of a change that has been committed.
          history.newest = Math.max(history.newest + happens, seq);
          const pushed = feed.push(change(seq));
          pending.push(pushed);
          if (settles) await pushed;
        }
        await Promise.all(pending);
        await feed.reach(history.newest);
        expect(sent).toEqual(upTo(history.newest, first));
      }),
    );
  });
});
