import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HailgridProblem } from '../problem.ts';
import { StreamLink, type StreamLinkOptions } from './stream-link.ts';
import type { AnyFrame, WebSocketLike } from './protocol.ts';

/** A network that the test plays: sockets that do what it says, when it says. */
class PlayedSocket implements WebSocketLike {
  static readonly all: PlayedSocket[] = [];
  readonly url: string;
  readyState = 0;
  bufferedAmount = 0;
  readonly sent: string[] = [];
  readonly #listeners = new Map<string, (event: object) => void>();

  constructor(url: string) {
    this.url = url;
    PlayedSocket.all.push(this);
  }

  addEventListener(name: string, listener: (event: object) => void): void {
    this.#listeners.set(name, listener);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.#tell('open', {});
  }

  hear(frame: object): void {
    this.#tell('message', { data: JSON.stringify(frame) });
  }

  lose(code = 1006): void {
    this.readyState = 3;
    this.#tell('close', { code });
  }

  #tell(name: string, event: object): void {
    this.#listeners.get(name)?.(event);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  PlayedSocket.all.length = 0;
});
afterEach(() => vi.useRealTimers());

function played(overrides: Partial<StreamLinkOptions<AnyFrame>> = {}) {
  const seen: string[] = [];
  let tickets = 0;
  const link = new StreamLink<AnyFrame>({
    url: 'https://riders.example/',
    WebSocket: PlayedSocket,
    chance: () => 0,
    openTicket: () => Promise.resolve(`t${++tickets}`),
    onFrame: ({ type }) => seen.push(type),
    onOpen: () => seen.push('<open>'),
    onLost: () => seen.push('<lost>'),
    onEnd: (end) => seen.push(`<${end}>`),
    onProblem: ({ code }) => seen.push(`<${code}>`),
    ...overrides,
  });
  return { link, seen };
}

/** Lets promises settle; the n-th socket, once it is there. */
async function socket(number: number): Promise<PlayedSocket> {
  await vi.advanceTimersByTimeAsync(4_000);
  const found = PlayedSocket.all[number - 1];
  if (found === undefined) throw new Error(`there are ${PlayedSocket.all.length} sockets`);
  return found;
}

test('each socket has a ticket of its own, and a lost one is followed by another', async () => {
  const { link, seen } = played();
  const opening = link.open();
  (await socket(1)).open();
  await opening;
  (await socket(1)).hear({ type: 'welcome', data: {} });
  (await socket(1)).lose();
  (await socket(2)).open();
  (await socket(2)).hear({ type: 'trip', data: {} });
  expect(seen).toEqual(['<open>', 'welcome', '<lost>', '<open>', 'trip']);
  expect(PlayedSocket.all.map(({ url }) => url)).toEqual([
    'wss://riders.example/v1/stream?ticket=t1',
    'wss://riders.example/v1/stream?ticket=t2',
  ]);
});

test('a silent socket is given up, an idle one sends heartbeats', async () => {
  const { link, seen } = played();
  void link.open();
  const first = await socket(1);
  first.open();
  await vi.advanceTimersByTimeAsync(40_000);
  expect(first.sent.length).toBeGreaterThanOrEqual(2);
  expect(new Set(first.sent)).toEqual(new Set(['{"type":"heartbeat","data":{}}']));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen).toEqual(['<open>', '<lost>']);
  (await socket(2)).open();
  // What the dead one still says is not heard.
  first.hear({ type: 'trip', data: {} });
  first.lose();
  expect(seen).toEqual(['<open>', '<lost>', '<open>']);
});

test('a socket that does not open is given up', async () => {
  const { link, seen } = played();
  void link.open();
  await socket(1);
  await vi.advanceTimersByTimeAsync(12_000);
  (await socket(2)).open();
  expect(seen).toEqual(['<network>', '<open>']);
});

test('pauses grow until a frame has come', async () => {
  const { link } = played();
  void link.open();
  for (let number = 1; number <= 6; number++) {
    const one = await socket(number);
    one.open();
    one.lose();
  }
  const before = PlayedSocket.all.length;
  await vi.advanceTimersByTimeAsync(1_900);
  expect(PlayedSocket.all).toHaveLength(before);
  await vi.advanceTimersByTimeAsync(200);
  expect(PlayedSocket.all).toHaveLength(before + 1);
});

test('newer sockets of the same person end the link: two devices do not take turns', async () => {
  const { link, seen } = played();
  void link.open();
  (await socket(1)).open();
  (await socket(1)).lose(4001);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual(['<open>', '<lost>', '<replaced>']);
  expect(PlayedSocket.all).toHaveLength(1);
});

test('a refusal that no repetition mends ends the link, a transient one does not', async () => {
  const refusals = [
    new HailgridProblem('unavailable', 'test', { status: 503 }),
    new HailgridProblem('forbidden', 'test', { status: 403 }),
  ];
  const { link, seen } = played({
    openTicket: () => Promise.reject(refusals.shift() ?? new Error('no more')),
  });
  const opening = link.open().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await opening).toMatchObject({ code: 'forbidden' });
  expect(seen).toEqual(['<unavailable>', '<refused>']);
});

test('a full buffer takes no frame', async () => {
  const { link } = played();
  void link.open();
  const first = await socket(1);
  expect(link.send('early')).toBe(false);
  first.open();
  expect(link.send('one')).toBe(true);
  first.bufferedAmount = 1_000_000;
  expect(link.send('two')).toBe(false);
  expect(first.sent).toEqual(['one']);
});

test('a closed link stays closed', async () => {
  const { link, seen } = played();
  void link.open();
  const first = await socket(1);
  first.open();
  link.close();
  first.lose(1000);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual(['<open>', '<closed>']);
  expect(PlayedSocket.all).toHaveLength(1);
});
