import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus, publishJson } from '#libs/bus';
import { newId, TRACK_STREAM, trackSubject, type TrackedPosition, type TripId } from '#libs/contracts';
import { testNats, type TestNats } from '../../dev/test-world/index.ts';
import { applyTrackStream, readTrack } from './track-stream.ts';

const SETTINGS = { keepS: 3_600, maxBytes: 64 * 1024 * 1024, replicas: 1 };
const STARTED_AT_MS = Date.parse('2026-03-01T12:00:00.000Z');
/** More than one request reads. */
const POSITIONS = 2_500;
let nats: TestNats;
let bus: NatsConnection;

beforeAll(async () => {
  nats = await testNats();
  bus = await connectBus({ servers: nats.urls }, 'track-stream');
});
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

function drive(tripId: TripId, second: number): void {
  const position: TrackedPosition = {
    trip_id: tripId,
    point: { lat: 38.7 + second / 100_000, lng: -9.14 },
    heading_deg: 0,
    recorded_at: new Date(STARTED_AT_MS + second * 1_000).toISOString(),
  };
  publishJson(bus, trackSubject(tripId), position);
}

test('a trip is read whole and in order, without positions of others, from no stream nothing', async () => {
  const [tripId, other] = [newId('trip'), newId('trip')];
  expect(await readTrack(bus, tripId)).toEqual([]);
  expect(await applyTrackStream(bus, SETTINGS)).toBe('created');
  expect(await applyTrackStream(bus, SETTINGS)).toBe('unchanged');
  bus.publish(trackSubject(tripId), 'no position');
  for (let second = 0; second < POSITIONS; second += 1) {
    drive(tripId, second);
    if (second % 10 === 0) drive(other, second);
  }
  await bus.flush();
  await expect.poll(async () => (await readTrack(bus, tripId)).length).toBe(POSITIONS);
  const track = await readTrack(bus, tripId);
  expect(track.map(({ at }) => (Date.parse(at) - STARTED_AT_MS) / 1_000)).toEqual(
    Array.from({ length: POSITIONS }, (_, second) => second),
  );
  expect(await readTrack(bus, other)).toHaveLength(POSITIONS / 10);
  expect(await readTrack(bus, newId('trip'))).toEqual([]);
});

test('what is kept follows the setting, and goes with it', async () => {
  const { streams } = await jetstreamManager(bus);
  await applyTrackStream(bus, SETTINGS);
  expect(await applyTrackStream(bus, { ...SETTINGS, keepS: 60 })).toBe('changed');
  expect((await streams.info(TRACK_STREAM)).config.max_age).toBe(60_000_000_000);
  expect(await applyTrackStream(bus, { ...SETTINGS, keepS: 0 })).toBe('deleted');
  expect(await applyTrackStream(bus, { ...SETTINGS, keepS: 0 })).toBe('unchanged');
  await expect(streams.info(TRACK_STREAM)).rejects.toThrow('stream not found');
});
