import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { EVENT_STREAM, type TripChange, type TripId } from '#libs/contracts';

const MESSAGES_PER_FETCH = 500;

/** The numbers of each trip's events, as read by a consumer from the beginning. */
export async function readStream(bus: NatsConnection): Promise<Map<TripId, number[]>> {
  const { streams } = await jetstreamManager(bus);
  let left = (await streams.info(EVENT_STREAM)).state.messages;
  const consumer = await jetstream(bus).consumers.get(EVENT_STREAM);
  const seqs = new Map<TripId, number[]>();
  while (left > 0) {
    const batch = await consumer.fetch({ max_messages: Math.min(left, MESSAGES_PER_FETCH) });
    for await (const message of batch) {
      const { event } = message.json<TripChange>();
      seqs.set(event.trip_id, [...(seqs.get(event.trip_id) ?? []), event.seq]);
      left -= 1;
    }
  }
  return seqs;
}

/** 1, 2, 3 … count. */
export function numbersUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
