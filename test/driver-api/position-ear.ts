import type { NatsConnection } from '@nats-io/transport-node';
import { connectBus } from '#libs/bus';
import { decodePositionBatch, type DriverId, type PositionRecord } from '#libs/contracts';

export interface HeardRecord extends PositionRecord {
  subject: string;
}

const HEAR_LIMIT_MS = 20_000;
const POLL_MS = 10;

/** Subscribes to the position stream as matchers do. */
export class PositionEar {
  readonly bus: NatsConnection;
  readonly #heard: HeardRecord[] = [];

  private constructor(bus: NatsConnection) {
    this.bus = bus;
    bus.subscribe('pos.>', {
      callback: (_, message) => {
        const records = decodePositionBatch(message.data).copies();
        this.#heard.push(...records.map((record) => ({ ...record, subject: message.subject })));
      },
    });
  }

  static async open(natsUrls: readonly string[]): Promise<PositionEar> {
    const ear = new PositionEar(await connectBus({ servers: natsUrls }, 'ear'));
    await ear.bus.flush();
    return ear;
  }

  async close(): Promise<void> {
    await this.bus.close();
  }

  /** All records of a driver. */
  of(driverId: DriverId): HeardRecord[] {
    return this.#heard.filter((record) => record.driverId === driverId);
  }

  /** Waits for a matching record of the driver. */
  async until(driverId: DriverId, matches: (record: HeardRecord) => boolean): Promise<HeardRecord> {
    const deadline = performance.now() + HEAR_LIMIT_MS;
    for (;;) {
      const found = this.of(driverId).find(matches);
      if (found !== undefined) return found;
      if (performance.now() > deadline) {
        throw new Error(`received only ${JSON.stringify(this.of(driverId).slice(-5))}`);
      }
      await new Promise((resolve) => void setTimeout(resolve, POLL_MS));
    }
  }
}
