import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, requestAllJson, serveJson } from '#libs/bus';
import {
  DRIVER_WHEREABOUTS_SUBJECT,
  MAX_DRIVERS_PER_QUESTION,
  whereaboutsReply,
  whereaboutsRequest,
  type WhereaboutsReply,
  type WhereaboutsRequest,
} from '#libs/contracts';
import { CONFIG, LOGGER, type BaseConfig, type Logger } from '#libs/service';
import { BusLink } from './bus-link.ts';
import type { DriverPresence } from './driver-presence.ts';
import { Presences } from './presences.ts';
import { outranks } from './standing.ts';

/** How long to wait for answers of the other instances, whose number is unknown, wall time. */
const ANSWER_WINDOW_MS = 1_000;
/** How many answers are collected: more than a system has driver-api instances. */
const MAX_ANSWERS = 1_000;

type AskedDriver = WhereaboutsRequest['drivers'][number];

/**
 * Asks all instances which of them serves a driver. The announcement of a new serving instance is a hint, which an
 * instance cut off from NATS misses; so it asks before it acts for a driver.
 */
@Injectable()
export class Whereabouts implements OnModuleInit {
  readonly #instance: string;

  constructor(
    @Inject(CONFIG) config: BaseConfig,
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly link: BusLink,
    private readonly presences: Presences,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#instance = config.instance;
  }

  onModuleInit(): void {
    serveJson(
      this.bus,
      DRIVER_WHEREABOUTS_SUBJECT,
      whereaboutsRequest,
      (request) => this.#answer(request),
      logDropped(this.logger),
    );
  }

  /**
   * Forgets those of these drivers that another instance serves; none has a socket here. False if the other instances
   * could not be asked: the rest may then be served elsewhere.
   */
  async yieldToOthers(presences: readonly DriverPresence[]): Promise<boolean> {
    for (let start = 0; start < presences.length; start += MAX_DRIVERS_PER_QUESTION) {
      const drivers = presences.slice(start, start + MAX_DRIVERS_PER_QUESTION).map(asAsked);
      const replies = await this.#ask(drivers);
      // Our own answer takes the same path as the others': without it the question may not have reached them.
      if (!replies.some(({ instance }) => instance === this.#instance)) return false;
      const elsewhere = new Set(replies.flatMap(({ driver_ids }) => driver_ids));
      this.#yield(drivers.filter(({ driver_id }) => elsewhere.has(driver_id)));
    }
    return true;
  }

  async #ask(drivers: AskedDriver[]): Promise<WhereaboutsReply[]> {
    if (!this.link.connected) return [];
    const request: WhereaboutsRequest = { instance: this.#instance, drivers };
    const onDropped = logDropped(this.logger);
    const limits = { windowMs: ANSWER_WINDOW_MS, maxAnswers: MAX_ANSWERS, onDropped };
    const subject = DRIVER_WHEREABOUTS_SUBJECT;
    return requestAllJson(this.bus, subject, request, whereaboutsReply, limits).catch(() => []);
  }

  #yield(drivers: readonly AskedDriver[]): void {
    let yielded = 0;
    for (const { driver_id, heard_at_ms } of drivers) {
      const presence = this.presences.get(driver_id);
      // A driver heard here since the question has come back.
      if (presence?.connection !== undefined || presence?.heardAtMs !== heard_at_ms) continue;
      this.presences.remove(presence);
      yielded += 1;
    }
    if (yielded === 0) return;
    this.logger.info({ event: 'drivers_given_up', drivers: yielded }, 'drivers are served elsewhere');
  }

  #answer({ instance, drivers }: WhereaboutsRequest): WhereaboutsReply {
    const claimed = drivers.filter((driver) => instance !== this.#instance && this.#claims(instance, driver));
    return { instance: this.#instance, driver_ids: claimed.map(({ driver_id }) => driver_id) };
  }

  #claims(instance: string, asked: AskedDriver): boolean {
    const presence = this.presences.get(asked.driver_id);
    if (presence?.attended !== true || presence.state.session === null) return false;
    const { state, connection, heardAtMs } = presence;
    return outranks(
      {
        session: state.newestSession,
        socket: connection !== undefined,
        heardAtMs,
        instance: this.#instance,
      },
      { session: asked.session, socket: false, heardAtMs: asked.heard_at_ms, instance },
    );
  }
}

function asAsked({ driverId, state, heardAtMs }: DriverPresence): AskedDriver {
  return { driver_id: driverId, session: state.newestSession, heard_at_ms: heardAtMs };
}
