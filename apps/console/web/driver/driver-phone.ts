import {
  HailgridDriver,
  HailgridProblem,
  type ClientOptions,
  type DriverEvents,
  type DriverOffer,
  type DriverTrip,
  type DriverView,
  type OnlineRequest,
} from '#sdk';
import { headingDeg, toward, distanceM, type Point } from '../phone/geometry.ts';
import type { MapCar } from '../phone/map-parts.ts';
import type { Connection } from '../phone/phone-page.tsx';
import { Store } from '../phone/store.ts';
import { failureWords } from '../phone/words.ts';
import { ownAct, ownTarget, type DriverMode, type Step } from './autopilot.ts';
import type { KeptCar } from './kept-car.ts';

/** How often the car moves on and tells where it is, wall time. */
const TICK_MS = 1_000;
/** The longest time that one tick makes up for: browsers let hidden pages tick once a minute. */
const LONGEST_TICK_MS = 70_000;
/** How long after a failure it waits before it acts by itself again. */
const RETRY_AFTER_MS = 3_000;
const MS_PER_S = 1000;

export interface DriverState {
  connection: Connection;
  /** Undefined before the first answer of the service. */
  status: DriverView['status'] | undefined;
  vehicle: DriverView['vehicle'];
  product: DriverView['product'];
  offer: DriverOffer | undefined;
  trip: DriverTrip | undefined;
  next: DriverTrip | undefined;
  /** How the last trip ended, until the next begins. */
  last: DriverTrip | undefined;
  hint: DriverEvents['reposition'] | undefined;
  car: MapCar;
  /** Where the car drives to. */
  target: Point | undefined;
  mode: DriverMode;
  speedMps: number;
  isBusy: boolean;
  problem: string | undefined;
}

export interface DriverPhoneOptions extends ClientOptions {
  car: KeptCar;
  keep: (car: KeptCar) => void;
  /** How fast service time runs, by which the car drives. */
  clockSpeed: number;
}

/** A driver's phone and car: what they know, and what the buttons do. */
export class DriverPhone {
  readonly store: Store<DriverState>;
  #driver: HailgridDriver;
  #wasClosed = false;
  readonly #options: DriverPhoneOptions;
  #tickedMs = performance.now();
  #quietUntilMs = 0;

  constructor(options: DriverPhoneOptions) {
    const { car } = options;
    this.#options = options;
    this.store = new Store<DriverState>({
      connection: 'connecting',
      status: undefined,
      vehicle: null,
      product: null,
      offer: undefined,
      trip: undefined,
      next: undefined,
      last: undefined,
      hint: undefined,
      car: { point: car.at, headingDeg: null },
      target: undefined,
      mode: car.mode,
      speedMps: car.speedMps,
      isBusy: false,
      problem: undefined,
    });
    this.#driver = this.#client();
  }

  /** Connects, takes up the session and the trip that are open, and starts the engine; the answer ends that. */
  open(): () => void {
    if (this.#wasClosed) this.#driver = this.#client();
    const timer = window.setInterval(() => this.#tick(), TICK_MS);
    void this.#start();
    return () => {
      window.clearInterval(timer);
      this.#wasClosed = true;
      this.#driver.close();
    };
  }

  async #start(): Promise<void> {
    try {
      await this.#driver.connect();
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly now = (): number => this.#driver.serverNow();

  goOnline(request: OnlineRequest): Promise<void> {
    return this.#act(async () => {
      this.#adopt(await this.#driver.goOnline(request));
      this.#sendPosition();
    });
  }

  goOffline(): Promise<void> {
    return this.#act(async () => this.#adopt(await this.#driver.goOffline()));
  }

  answer(offer: DriverOffer, kind: 'accept' | 'decline'): Promise<void> {
    return this.#act(async () => {
      await this.#driver[kind](offer.offer_id);
      this.#adopt(await this.#driver.view());
    });
  }

  /** Tells the position first: the service believes a step by it. */
  step(trip: DriverTrip, step: Step): Promise<void> {
    return this.#act(async () => {
      this.#sendPosition();
      const changed = await this.#driver[step](trip.trip_id);
      if (step === 'complete') this.store.set({ last: changed });
      this.#adopt(await this.#driver.view());
    });
  }

  cancel(trip: DriverTrip): Promise<void> {
    return this.#act(async () => {
      await this.#driver.cancel(trip.trip_id, 'the driver gave it back');
      this.#adopt(await this.#driver.view());
    });
  }

  /** Lets the car drive there; while offline nobody sees it, so it is there at once. */
  goTo(point: Point): void {
    const { status, car } = this.store.get();
    if (status === 'offline') {
      this.store.set({ car: { point, headingDeg: car.headingDeg }, target: undefined });
      this.#keep();
    } else this.store.set({ target: point });
  }

  stop(): void {
    this.store.set({ target: undefined });
  }

  drive(way: Partial<Pick<DriverState, 'mode' | 'speedMps'>>): void {
    this.store.set(way);
    this.#keep();
  }

  dismissProblem(): void {
    this.store.set({ problem: undefined });
  }

  #client(): HailgridDriver {
    const driver = new HailgridDriver(this.#options);
    driver.on('open', () => this.store.set({ connection: 'open' }));
    driver.on('lost', () => this.store.set({ connection: 'lost' }));
    driver.on('end', (end) => end !== 'closed' && this.store.set({ connection: 'ended' }));
    driver.on('problem', (problem) => this.#fail(problem));
    driver.on('welcome', (view) => this.#adopt(view));
    driver.on('offer', (offer) => this.store.set({ offer, status: this.#statusWith() }));
    driver.on('offer_closed', () => this.#resync());
    driver.on('trip', (change) => this.#changed(change));
    driver.on('reposition', (hint) => this.store.set({ hint }));
    return driver;
  }

  #tick(): void {
    const nowMs = performance.now();
    const wallMs = Math.min(nowMs - this.#tickedMs, LONGEST_TICK_MS);
    this.#tickedMs = nowMs;
    const { status, hint, isBusy } = this.store.get();
    if (status === undefined || status === 'offline') return;
    if (hint !== undefined && Date.parse(hint.expires_at) <= this.now()) this.store.set({ hint: undefined });
    this.#move((wallMs * this.#options.clockSpeed) / MS_PER_S);
    this.#sendPosition();
    if (isBusy || nowMs < this.#quietUntilMs) return;
    const act = ownAct(this.#situation());
    if (act?.kind === 'accept') void this.answer(act.offer, 'accept');
    else if (act !== undefined) void this.step(act.trip, act.kind);
  }

  #move(seconds: number): void {
    const { car, speedMps, target: told } = this.store.get();
    const target = ownTarget(this.#situation()) ?? told;
    if (target === undefined) return;
    const point = toward(car.point, target, speedMps * seconds);
    const isThere = distanceM(point, target) === 0;
    const heading = distanceM(car.point, point) > 1 ? headingDeg(car.point, point) : car.headingDeg;
    this.store.set({ car: { point, headingDeg: heading }, target: isThere ? undefined : target });
    this.#keep();
  }

  #sendPosition(): void {
    const { car, target, speedMps } = this.store.get();
    try {
      this.#driver.sendPosition({
        ...car.point,
        heading_deg: car.headingDeg,
        speed_mps: target === undefined ? 0 : speedMps,
      });
    } catch (error) {
      this.#fail(error);
    }
  }

  #situation() {
    const { mode, status, offer, trip, hint, car } = this.store.get();
    return { mode, status: status ?? 'offline', offer, trip, hint: hint?.to, at: car.point };
  }

  #adopt({ status, vehicle, product, offer, trip, next_trip }: DriverView): void {
    const before = this.store.get().trip;
    this.store.set({
      status,
      vehicle,
      product,
      offer: offer ?? undefined,
      trip: trip ?? undefined,
      next: next_trip ?? undefined,
      ...(trip !== null && trip.trip_id !== before?.trip_id && { last: undefined, target: undefined }),
      ...(status !== 'free' && { hint: undefined }),
    });
  }

  #changed({ standing, trip }: DriverEvents['trip']): void {
    if (standing === 'current') this.store.set({ trip, status: 'on_trip' });
    else if (standing === 'next') this.store.set({ next: trip });
    else {
      if (this.store.get().trip?.trip_id === trip.trip_id) this.store.set({ last: trip, target: undefined });
      this.#resync();
    }
  }

  #statusWith(): DriverState['status'] {
    const { trip, status } = this.store.get();
    return trip === undefined ? 'offered' : status;
  }

  /** Asks how things stand after a change that does not tell all of it. */
  #resync(): void {
    this.#driver.view().then(
      (view) => this.#adopt(view),
      (error: unknown) => this.#fail(error),
    );
  }

  #keep(): void {
    const { car, mode, speedMps } = this.store.get();
    this.#options.keep({ at: car.point, mode, speedMps });
  }

  async #act(act: () => Promise<void>): Promise<void> {
    this.store.set({ isBusy: true, problem: undefined });
    try {
      await act();
    } catch (error) {
      this.#quietUntilMs = performance.now() + RETRY_AFTER_MS;
      this.#fail(error);
      if (error instanceof HailgridProblem && error.status === 409) this.#resync();
    }
    this.store.set({ isBusy: false });
  }

  #fail(error: unknown): void {
    if (error instanceof HailgridProblem && error.code === 'stopped') return;
    this.store.set({ problem: failureWords(error) });
  }
}
