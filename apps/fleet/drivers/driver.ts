import {
  driverServerFrame,
  fromTimestamp,
  getDriverSelf,
  postDriverTicket,
  type DriverId,
  type DriverServerFrame,
  type DriverView,
  type ErrorCode,
  type Vehicle,
} from '#libs/contracts';
import type { Job } from '../clock/tick-wheel.ts';
import { randomStream, type Random } from '#libs/random';
import { HailgridProblem, rememberedToken, type StreamLink, type TokenSource } from '#sdk';
import { seededDriverId } from '../seeded-ids.ts';
import type { FleetServices } from '../fleet-services.ts';
import { Car, vehicleOf } from './car.ts';
import { commandFrame, positionFrame, receivedFrame } from './frames.ts';
import { CommandLine } from './command-line.ts';
import { vanishingStateOf } from '../vanishings.ts';
import { driverDecisions, type DriverDecisions } from './driver-decisions.ts';
import { NEW_DRIVER, type DriverCommand, type DriverEffect, type DriverEvent } from './driver-state.ts';
import { driverStep } from './driver-step.ts';

/** Interval between a driver's positions, service time, with {@link PING_SPREAD} jitter. */
const PING_INTERVAL_MS = 4_000;
/** Jitter of the interval between two positions, as a share of it. */
const PING_SPREAD = 0.1;

/** Error codes that answer a position of a driver who is no longer online for the service. */
const SESSION_LOST: ReadonlySet<ErrorCode> = new Set(['driver_offline', 'session_superseded']);

const NEEDS_POSITION: ReadonlySet<DriverCommand['type']> = new Set(['arrived', 'start', 'complete']);

/**
 * A simulated driver with phone and car. {@link driverStep} decides what it does; this class applies the effects:
 * socket, car, alarm and pings.
 */
export class Driver {
  readonly id: DriverId;
  readonly #services: FleetServices;
  readonly #vehicle: Vehicle;
  readonly #decisions: DriverDecisions;
  readonly #random: Random;
  readonly #car: Car;
  readonly #token: TokenSource;
  readonly #link: StreamLink<DriverServerFrame>;
  readonly #commands: CommandLine;
  readonly #pingJob: Job = { run: (nowMs) => this.#pingAndSchedule(nowMs) };
  readonly #firstOnline = Promise.withResolvers<void>();
  #state = NEW_DRIVER;
  #session: number | null = null;
  #seq = 0;
  #isPinging = false;
  /** The phone never comes back. */
  #isGone = false;

  constructor(index: number, startNode: number, services: FleetServices) {
    const { seed, habits } = services.settings;
    this.id = seededDriverId(seed, index);
    this.#services = services;
    this.#vehicle = vehicleOf(seed, index);
    this.#decisions = driverDecisions(seed, index, habits);
    this.#random = randomStream(seed, 'driver-phone', index);
    this.#car = new Car(services.streets, startNode, services.clock.now());
    this.#token = rememberedToken(() => services.tokens.issue('driver', this.id));
    this.#link = this.#createLink();
    this.#commands = this.#createCommandLine();
  }

  /** True while the driver has a session and an open socket. */
  get isOnline(): boolean {
    return this.#state.hasSession && this.#link.isOpen;
  }

  /** Opens the socket; resolves when the driver has been acknowledged as online. */
  async start(): Promise<void> {
    await this.#link.open();
    await this.#firstOnline.promise;
  }

  stop(): void {
    this.#link.close();
  }

  #createLink(): StreamLink<DriverServerFrame> {
    const { driverApi, driverUrl, network } = this.#services;
    return network.link<DriverServerFrame>({
      url: driverUrl,
      openTicket: async () => (await driverApi.call(postDriverTicket, { token: this.#token })).ticket,
      frames: driverServerFrame,
      random: this.#random,
      onFrame: (frame) => this.#receive(frame),
      onOpen: () => this.#resume(),
    });
  }

  #createCommandLine(): CommandLine {
    const { wheel, clock, errors } = this.#services;
    return new CommandLine({
      wheel,
      clockSpeed: clock.speed,
      now: () => clock.now(),
      random: this.#random,
      transmit: (command, id) => this.#transmit(command, id),
      onAcknowledged: (command, data) => this.#acknowledged(command, data),
      onRefused: (command, code) => this.#apply({ type: 'refused', command, code }),
      onProblem: (code) => errors.add(code),
    });
  }

  /** The phone tells where it is before it says that it has arrived: a step needs a recent position. */
  #transmit(command: DriverCommand, id: string): boolean {
    if (NEEDS_POSITION.has(command.type)) this.#ping(this.#services.clock.now());
    return this.#link.send(JSON.stringify(commandFrame(command, id, this.#vehicle)));
  }

  #resume(): void {
    const { seen } = this.#state;
    if (seen === null) return;
    const trips = [{ trip_id: seen.tripId, last_seq: seen.seq }];
    this.#link.send(JSON.stringify({ type: 'resume', id: 'resume', data: { trips } }));
  }

  #receive(frame: DriverServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        this.#adoptSession(frame.data.driver);
        if (frame.data.driver.offer !== null)
          this.#link.send(JSON.stringify(receivedFrame(frame.data.driver.offer.offer_id)));
        this.#apply({ type: 'synced', view: frame.data.driver });
        this.#ping(this.#services.clock.now());
        return;
      case 'offer':
        this.#link.send(JSON.stringify(receivedFrame(frame.data.offer_id)));
        this.#services.book.offer(frame.data.trip_id, performance.now());
        this.#services.log.write({
          kind: 'driver_offered',
          driver_id: this.id,
          trip_id: frame.data.trip_id,
          offer_id: frame.data.offer_id,
        });
        this.#apply({ type: 'offered', offer: frame.data });
        return;
      case 'offer_closed':
        this.#apply({
          type: 'offer_closed',
          tripId: frame.data.trip_id,
          accepted: frame.data.event === 'accepted',
        });
        return;
      case 'trip':
        this.#services.log.write({
          kind: 'driver_saw',
          driver_id: this.id,
          trip_id: frame.data.trip.trip_id,
          seq: frame.data.trip.seq,
          state: frame.data.trip.state,
          standing: frame.data.standing,
        });
        this.#apply({ type: 'trip_changed', trip: frame.data.trip, standing: frame.data.standing });
        return;
      case 'reposition':
        this.#apply({ type: 'hinted', to: frame.data.to });
        return;
      case 'ack':
      case 'error':
        if (!this.#commands.takeAnswer(frame) && frame.type === 'error') this.#countError(frame);
        return;
      case 'heartbeat':
        return;
    }
  }

  /** Handles an error that answers no pending change, but a position, a resume, or a change that was given up. */
  #countError({ id, data }: Extract<DriverServerFrame, { type: 'error' }>): void {
    if (id === undefined && SESSION_LOST.has(data.code)) this.#apply({ type: 'session_lost' });
    else if (id === undefined || id === 'resume') this.#services.errors.add(data.code);
  }

  #acknowledged(
    command: DriverCommand,
    { driver, trip }: Extract<DriverServerFrame, { type: 'ack' }>['data'],
  ): void {
    const { log } = this.#services;
    if (command.type === 'online') {
      if (driver !== undefined) this.#adoptSession(driver);
      log.write({ kind: 'driver_online', driver_id: this.id, session: this.#session ?? 0 });
    } else if (trip !== undefined) {
      log.write({
        kind: 'driver_changed',
        change: command.type,
        driver_id: this.id,
        trip_id: trip.trip_id,
        ...('offerId' in command && { offer_id: command.offerId }),
        seq: trip.seq,
      });
    }
    this.#apply({ type: 'acknowledged', command, view: driver, trip });
    if (command.type === 'online' && this.#state.hasSession) this.#startPinging();
  }

  #adoptSession({ session, last_seq: lastSeq }: DriverView): void {
    if (session === this.#session) return;
    this.#session = session;
    this.#seq = lastSeq ?? 0;
  }

  #apply(event: DriverEvent): void {
    if (this.#isGone) return;
    const { state, effects } = driverStep(this.#state, event, this.#decisions);
    this.#state = state;
    if (state.pending === null) this.#commands.giveUp();
    if (this.#vanishesNow()) return;
    for (const effect of effects) this.#perform(effect);
  }

  /** Ends the phone without a word to the service, if phones in this state are to vanish. */
  #vanishesNow(): boolean {
    const at = vanishingStateOf(this.#state.phase);
    if (at === undefined) return false;
    const { state, tripId, rideS } = at;
    if (!this.#services.vanishings.takes({ who: 'driver', state, tripId, driverId: this.id, rideS }))
      return false;
    this.#isGone = true;
    this.#commands.giveUp();
    this.#link.vanish();
    return true;
  }

  #perform(effect: DriverEffect): void {
    const nowMs = this.#services.clock.now();
    switch (effect.do) {
      case 'send':
        this.#commands.send(effect.command);
        return;
      case 'wait':
        this.#alarmAt(nowMs + effect.ms);
        return;
      case 'wait_until':
        this.#alarmAt(fromTimestamp(effect.timestamp) + effect.graceMs);
        return;
      case 'drive': {
        const rideS = effect.rideOf === null ? null : this.#services.book.rideSecondsOf(effect.rideOf);
        this.#alarmAt(this.#car.driveTo(effect.to, nowMs, rideS, effect.share));
        return;
      }
      case 'cruise':
        this.#alarmAt(this.#car.cruise(effect.decision, nowMs));
        return;
      case 'pull_over':
        this.#car.pullOver(nowMs);
        return;
      case 'resync':
        this.#services.wheel.at(nowMs + effect.afterMs, { run: () => void this.#resync() });
        return;
      case 'report_error':
        this.#services.errors.add(effect.code);
        return;
    }
  }

  #alarmAt(timeMs: number): void {
    const { alarm } = this.#state;
    this.#services.wheel.at(timeMs, { run: () => this.#apply({ type: 'due', alarm }) });
  }

  async #resync(): Promise<void> {
    const { driverApi, errors } = this.#services;
    try {
      const view = await driverApi.call(getDriverSelf, { token: this.#token });
      // A new socket may have brought a newer view meanwhile.
      if (this.#state.phase.kind === 'unknown') this.#apply({ type: 'synced', view });
    } catch (error) {
      if (!(error instanceof HailgridProblem)) throw error;
      if (error.code === 'stopped') return;
      errors.add(error.code);
      this.#link.abandon(); // the welcome of the next socket brings the current state
    }
  }

  #startPinging(): void {
    this.#firstOnline.resolve();
    if (this.#isPinging) return;
    this.#isPinging = true;
    this.#pingAndSchedule(this.#services.clock.now());
  }

  #pingAndSchedule(nowMs: number): void {
    if (this.#isGone) return;
    this.#ping(nowMs);
    const spread = this.#random.between(1 - PING_SPREAD, 1 + PING_SPREAD);
    this.#services.wheel.at(nowMs + PING_INTERVAL_MS * spread, this.#pingJob);
  }

  #ping(nowMs: number): void {
    if (this.#isGone || this.#session === null || !this.#state.hasSession || !this.#link.isOpen) return;
    this.#seq++;
    const frame = positionFrame(
      this.#session,
      this.#seq,
      this.#car.fix(nowMs),
      this.#services.timestampText.of(nowMs),
    );
    if (this.#link.send(frame)) this.#services.pings.count();
  }
}
