import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, requestAllJson } from '#libs/bus';
import {
  DRIVER_HEARD_SUBJECT,
  driverHeardReply,
  MAX_DRIVERS_PER_HEARD_QUESTION,
  type DriverHeardRequest,
  type DriverId,
} from '#libs/contracts';
import { CLOCK, type Clock } from '#libs/service';
import type { SilentDriver } from '#libs/store';

/** How long to wait for answers of the driver-apis, whose number is unknown, wall time. */
const ANSWER_WINDOW_MS = 1_000;
/** How many answers are collected: more than a system has driver-api instances. */
const MAX_ANSWERS = 1_000;

/** Asks all driver-apis when they last heard the drivers of some trips. */
@Injectable()
export class HeardDrivers {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The times at which drivers were heard, none in the future; the drivers that nobody has heard are missing. Undefined if
   * no driver-api answered one of the questions: then nothing is known of anybody.
   */
  async ask(drivers: readonly SilentDriver[]): Promise<ReadonlyMap<DriverId, number> | undefined> {
    const questions: SilentDriver[][] = [];
    for (let start = 0; start === 0 || start < drivers.length; start += MAX_DRIVERS_PER_HEARD_QUESTION)
      questions.push(drivers.slice(start, start + MAX_DRIVERS_PER_HEARD_QUESTION));
    const answers = await Promise.all(questions.map((question) => this.#askOne(question)));
    const heard = new Map<DriverId, number>();
    for (const answer of answers) {
      if (answer === undefined) return undefined;
      for (const [driverId, heardAtMs] of answer)
        heard.set(driverId, Math.max(heardAtMs, heard.get(driverId) ?? -Infinity));
    }
    return heard;
  }

  async #askOne(asked: readonly SilentDriver[]): Promise<[DriverId, number][] | undefined> {
    const request: DriverHeardRequest = {
      drivers: asked.map(({ driverId, state }) => ({
        driver_id: driverId,
        by: state === 'in_progress' ? 'position' : 'anything',
      })),
    };
    const limits = { windowMs: ANSWER_WINDOW_MS, maxAnswers: MAX_ANSWERS };
    const replies = await requestAllJson(
      this.bus,
      DRIVER_HEARD_SUBJECT,
      request,
      driverHeardReply,
      limits,
    ).catch(() => []);
    if (replies.length === 0) return undefined;
    const nowMs = this.clock.now();
    return replies.flatMap(({ heard }) =>
      heard.map(({ driver_id, heard_at_ms }): [DriverId, number] => [
        driver_id,
        Math.min(heard_at_ms, nowMs),
      ]),
    );
  }
}
