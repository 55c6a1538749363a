import { expect, test } from 'vitest';
import { MAX_ATTENTION_PER_PAGE, type AttentionEntry } from '#libs/contracts';
import { AttentionSession } from './attention-session.ts';

/** A feed of `newest` entries, and a client that answers probes on demand. */
function feedTo(newest: number) {
  const sent: number[] = [];
  const readAfter: number[] = [];
  const failures: unknown[] = [];
  let answer: (() => void) | undefined;
  const history = { newest, works: true };
  const session = new AttentionSession({
    connection: {
      send: ({ seq }) => void sent.push(seq ?? 0),
      probe: (onAnswer) => void (answer = onAnswer),
    },
    read: async (after) => {
      await Promise.resolve();
      readAfter.push(after);
      if (!history.works) throw new Error('no database');
      const numbers = Array.from({ length: history.newest - after }, (_, index) => after + index + 1);
      return numbers.slice(0, MAX_ATTENTION_PER_PAGE).map((number) => ({ number }) as AttentionEntry);
    },
    onFailure: (error) => failures.push(error),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  /** The client has received everything. */
  const receive = async () => {
    const answered = answer;
    answer = undefined;
    answered?.();
    await settle();
  };
  return { session, history, sent, readAfter, failures, settle, receive };
}

function upTo(newest: number, after = 0): number[] {
  return Array.from({ length: newest - after }, (_, index) => after + index + 1);
}

test('nothing is sent before the client says from where', async () => {
  const { session, sent, readAfter, settle } = feedTo(3);
  session.reaches(3);
  await settle();
  expect([sent, readAfter]).toEqual([[], []]);
});

test('every entry after the number is sent in order and once, old ones and new ones', async () => {
  const { session, history, sent, settle, receive } = feedTo(5);
  session.follow(2, 5);
  session.reaches(5);
  await settle();
  history.newest = 7;
  session.reaches(7);
  await receive();
  await receive();
  expect(sent).toEqual([3, 4, 5, 6, 7]);
});

test('a client that does not read costs one page', async () => {
  const newest = 2 * MAX_ATTENTION_PER_PAGE + 1;
  const { session, sent, readAfter, settle, receive } = feedTo(newest);
  session.follow(0, newest);
  await settle();
  session.reaches(newest);
  await settle();
  expect([sent, readAfter]).toEqual([upTo(MAX_ATTENTION_PER_PAGE), [0]]);
  await receive();
  await receive();
  await receive();
  expect(sent).toEqual(upTo(newest));
});

test('a client that has everything costs no read, and one that follows again gets entries again', async () => {
  const { session, sent, readAfter, settle, receive } = feedTo(2);
  session.follow(2, 2);
  await settle();
  expect(readAfter).toEqual([]);
  session.follow(0, 2);
  await settle();
  session.follow(1, 2);
  await receive();
  expect(sent).toEqual([1, 2, 2]);
});

test('entries that cannot be read end the feed, unless the socket has closed', async () => {
  const { session, history, failures, settle } = feedTo(2);
  history.works = false;
  session.follow(0, 2);
  await settle();
  expect(failures).toHaveLength(1);
  session.follow(0, 2);
  session.close();
  await settle();
  expect(failures).toHaveLength(1);
});
