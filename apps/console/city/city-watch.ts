import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import {
  BUS,
  logDropped,
  publishJson,
  requestAllJson,
  subscribe,
  subscribeJson,
  type DroppedMessage,
} from '#libs/bus';
import {
  decodePositionBatch,
  HEARTBEAT_SUBJECT,
  matcherHeartbeat,
  MAX_CELLS_PER_RESEND,
  OUTLOOK_SUBJECT,
  outlookReply,
  POSITIONS_RESEND_SUBJECT,
  positionSubject,
  SHARD_MAP_SUBJECT,
  shardMapMessage,
  tripChange,
  tripEventsSubject,
  type ResendRequest,
  type TripChange,
} from '#libs/contracts';
import { cellKeyToH3, cellsCovering, expandBoxM, parseCellKey, POSITION_CELL_RES } from '#libs/geo';
import {
  CLOCK,
  CONFIG,
  LOGGER,
  machineTime,
  METRICS,
  OutageLog,
  type Cancel,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import type { ConsoleConfig } from '../config.ts';
import { readCityLists } from './city-lists.ts';
import { LiveCity } from './live-city.ts';
import { joinedOutlook } from './outlook.ts';

/** How long the city is still followed after the last page has gone, machine time: a page that is loaded again finds it. */
const LINGER_MS = 60_000;
/** How often lists correct what lost messages have left wrong, machine time. */
const RECONCILE_INTERVAL_MS = 30_000;
/** How often a failed list is read again, machine time. */
const RETRY_INTERVAL_MS = 3_000;
/** How often matchers are asked what they expect, machine time. */
const OUTLOOK_INTERVAL_MS = 5_000;
/** How long answers are collected, machine time. */
const OUTLOOK_WINDOW_MS = 500;
/** How many matchers' answers are taken. */
const MAX_OUTLOOKS = 1_000;
/** How often silent cars are forgotten, service time. */
const EXPIRY_INTERVAL_MS = 5_000;
/** How far beyond the service area cars are asked for: halos of pickups. */
const AROUND_AREA_M = 3_000;

/** Who looks. */
export interface Viewer {
  /** With which the lists are read; undefined: this person may not. */
  readonly listToken: string | undefined;
}

/** Follows the city by NATS while somebody looks, and lets the operators' API correct it. */
@Injectable()
export class CityWatch implements BeforeApplicationShutdown {
  readonly city = new LiveCity();
  readonly #viewers = new Set<Viewer>();
  readonly #outage: OutageLog;
  readonly #dropped: DroppedMessage;
  #subscriptions: Subscription[] = [];
  #cancels: Cancel[] = [];
  #cancelStop: Cancel = () => {};
  #cancelList: Cancel = () => {};
  #isListing = false;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: ConsoleConfig,
    @Inject(METRICS) metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#outage = new OutageLog(logger, 'reading the lists of the operators’ API');
    this.#dropped = logDropped(logger);
    metrics.gauge('map_cars', 'Cars that the console knows; 0 while nobody looks', () => this.city.cars.size);
    metrics.gauge(
      'map_trips',
      'Open trips that the console knows; 0 while nobody looks',
      () => this.city.trips.size,
    );
    void this.#beginAgainAfterOutages();
  }

  /** Follows the city until the returned function is called. */
  look(viewer: Viewer): Cancel {
    this.#viewers.add(viewer);
    this.#cancelStop();
    if (this.#subscriptions.length === 0) this.#start();
    else if (!this.#hasLists()) this.#listSoon(0);
    return () => {
      if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
      this.#cancelStop = this.clock.after(machineTime(this.clock, LINGER_MS), () => this.#stop());
    };
  }

  /** Whether anybody looks, or did a moment ago. */
  get isFollowing(): boolean {
    return this.#subscriptions.length > 0;
  }

  beforeApplicationShutdown(): void {
    this.#cancelStop();
    this.#stop();
  }

  #start(): void {
    if (this.bus.isClosed()) return;
    const { bus, city, clock } = this;
    this.#subscriptions = [
      subscribe(
        bus,
        positionSubject('*'),
        (message) => this.#applyPositions(message.subject, message.data),
        this.#dropped,
      ),
      subscribeJson(
        bus,
        tripEventsSubject('*'),
        tripChange,
        (change) => this.#applyChange(change),
        this.#dropped,
      ),
      subscribeJson(
        bus,
        SHARD_MAP_SUBJECT,
        shardMapMessage,
        ({ shards }) => city.shards.hint(shards, clock.now()),
        this.#dropped,
      ),
      subscribeJson(
        bus,
        HEARTBEAT_SUBJECT,
        matcherHeartbeat,
        (beat) => city.shards.noteLoad(beat, clock.now()),
        this.#dropped,
      ),
    ];
    this.#cancels = [
      clock.every(EXPIRY_INTERVAL_MS, () => city.cars.expire(clock.now())),
      clock.every(machineTime(clock, OUTLOOK_INTERVAL_MS), () => void this.#askOutlook()),
    ];
    void this.#askOutlook();
    this.#askForPositions();
    this.#listSoon(0);
    this.logger.info({ event: 'city_followed' }, 'follows the city for a page');
  }

  #stop(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    for (const cancel of this.#cancels) cancel();
    this.#cancelList();
    [this.#subscriptions, this.#cancels] = [[], []];
    this.city.clear();
  }

  #applyPositions(subject: string, data: Uint8Array): void {
    const cell = parseCellKey(subject.slice(subject.indexOf('.') + 1));
    if (cell === undefined) throw new Error('no cell in the subject');
    const batch = decodePositionBatch(data);
    const nowMs = this.clock.now();
    for (let index = 0; index < batch.length; index++)
      this.city.cars.applyRecord(batch.record(index), cell, nowMs);
  }

  #applyChange({ trip, drivers }: TripChange): void {
    const nowMs = this.clock.now();
    this.city.trips.apply(trip, nowMs);
    for (const { driver_id: driverId, status, version } of drivers)
      this.city.cars.applyStatus(driverId, status, version, nowMs);
  }

  /** By the connection that has just subscribed, so that the server knows the subscription before any answer. */
  #askForPositions(): void {
    const area = expandBoxM(this.config.serviceArea, AROUND_AREA_M);
    const cells = cellsCovering(area, POSITION_CELL_RES).map(cellKeyToH3);
    for (let start = 0; start < cells.length; start += MAX_CELLS_PER_RESEND) {
      const request: ResendRequest = { cells: cells.slice(start, start + MAX_CELLS_PER_RESEND) };
      publishJson(this.bus, POSITIONS_RESEND_SUBJECT, request);
    }
  }

  /** Without a matcher there is no outlook. */
  async #askOutlook(): Promise<void> {
    const options = { windowMs: OUTLOOK_WINDOW_MS, maxAnswers: MAX_OUTLOOKS, onDropped: this.#dropped };
    const replies = await requestAllJson(this.bus, OUTLOOK_SUBJECT, {}, outlookReply, options).catch(
      () => [],
    );
    if (this.isFollowing) this.city.outlook = joinedOutlook(replies);
  }

  #hasLists(): boolean {
    return this.city.shards.current().length > 0;
  }

  #listSoon(afterMs: number): void {
    this.#cancelList();
    this.#cancelList = this.clock.after(machineTime(this.clock, afterMs), () => void this.#list());
  }

  async #list(): Promise<void> {
    if (this.#isListing) return;
    // The newest viewer's token lasts longest.
    const token = [...this.#viewers].findLast(({ listToken }) => listToken !== undefined)?.listToken;
    if (token === undefined) return this.#listSoon(RECONCILE_INTERVAL_MS);
    this.#isListing = true;
    let nextMs = RECONCILE_INTERVAL_MS;
    try {
      const askedAtMs = this.clock.now();
      const { trips, areTripsWhole: isWhole, shards } = await readCityLists(this.config.operatorsUrl, token);
      if (!this.isFollowing) return;
      this.city.trips.reconcile({ trips, askedAtMs, isWhole }, this.clock.now());
      this.city.shards.reconcile(shards, this.clock.now());
      this.#outage.worked();
    } catch (error) {
      this.#outage.failed(error);
      nextMs = RETRY_INTERVAL_MS;
    } finally {
      this.#isListing = false;
      if (this.isFollowing) this.#listSoon(nextMs);
    }
  }

  /** Messages published during an outage of the bus are lost. */
  async #beginAgainAfterOutages(): Promise<void> {
    for await (const { type } of this.bus.status()) {
      if (type !== 'reconnect' || !this.isFollowing) continue;
      this.#askForPositions();
      this.#listSoon(0);
    }
  }
}
