import {
  hasEnded,
  HailgridRider,
  type ClientOptions,
  type Quote,
  type RiderEvents,
  type RiderTrip,
} from '#sdk';
import type { MapCar } from '../phone/map-parts.ts';
import type { Connection } from '../phone/phone-page.tsx';
import type { Point } from '../phone/geometry.ts';
import { Store } from '../phone/store.ts';
import { failureWords } from '../phone/words.ts';

/** How many rides the history has. */
const HISTORY_LENGTH = 10;

export interface Product {
  product: Quote['product'];
  name: string;
  seats: number;
}

/** What a product costs for the ride, or why there is none. */
export type Offered = { quote: Quote } | { refusal: string };

export interface RiderState {
  connection: Connection;
  products: readonly Product[];
  pickup: Point | undefined;
  dropoff: Point | undefined;
  /** By product; empty until both points are there. */
  offered: Readonly<Partial<Record<Quote['product'], Offered>>>;
  product: Quote['product'];
  /** The open trip, or the one that has just ended. */
  trip: RiderTrip | undefined;
  /** When the driver said to be at the pickup, service time. */
  pickupAtMs: number | undefined;
  car: MapCar | undefined;
  history: readonly RiderTrip[];
  isBusy: boolean;
  problem: string | undefined;
}

/** A rider's phone: what it knows, and what its buttons do. */
export class RiderPhone {
  readonly store = new Store<RiderState>({
    connection: 'connecting',
    products: [],
    pickup: undefined,
    dropoff: undefined,
    offered: {},
    product: 'standard',
    trip: undefined,
    pickupAtMs: undefined,
    car: undefined,
    history: [],
    isBusy: false,
    problem: undefined,
  });
  readonly #options: ClientOptions;
  #rider: HailgridRider;
  #wasClosed = false;
  /** Which points the quotes under way are for. */
  #asked = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#rider = this.#client();
  }

  /** Connects, and takes up the trip that is open; the answer ends that. */
  open(): () => void {
    if (this.#wasClosed) this.#rider = this.#client();
    void this.#start();
    return () => {
      this.#wasClosed = true;
      this.#rider.close();
    };
  }

  async #start(): Promise<void> {
    await this.#try(async () => {
      const [products, trips] = await Promise.all([
        this.#rider.products(),
        this.#rider.trips({ limit: HISTORY_LENGTH }),
        this.#rider.connect(),
      ]);
      this.store.set({ products, history: trips.data.filter(hasEnded) });
      const open = trips.data.find((trip) => !hasEnded(trip));
      // Read by itself, the SDK follows it from then on.
      if (open !== undefined) this.#adopt(await this.#rider.trip(open.trip_id));
      else await this.#quote();
    });
  }

  readonly now = (): number => this.#rider.serverNow();

  /** Chooses the points of the ride; prices follow by themselves. */
  choose(points: Partial<Pick<RiderState, 'pickup' | 'dropoff'>>): void {
    this.store.set({ ...points, offered: {} });
    void this.#try(() => this.#quote());
  }

  chooseProduct(product: Quote['product']): void {
    this.store.set({ product });
  }

  /** Requests the chosen product; an expired quote is replaced, and the new price is shown first. */
  async request(): Promise<void> {
    const { offered, product } = this.store.get();
    const chosen = offered[product];
    if (chosen === undefined || !('quote' in chosen)) return;
    const { quote } = chosen;
    await this.#busy(async () => {
      if (Date.parse(quote.expires_at) <= this.now()) {
        await this.#quote();
        this.store.set({ problem: 'The price had run out. This is the new one.' });
        return;
      }
      this.#adopt(await this.#rider.requestTrip(quote.quote_id));
    });
  }

  async cancel(): Promise<void> {
    const { trip } = this.store.get();
    if (trip === undefined) return;
    await this.#busy(async () => this.#adopt(await this.#rider.cancelTrip(trip.trip_id, 'changed my mind')));
  }

  /** Puts the ended trip away. */
  async finish(): Promise<void> {
    this.store.set({
      trip: undefined,
      car: undefined,
      pickupAtMs: undefined,
      dropoff: undefined,
      offered: {},
    });
    await this.#try(() => this.#readHistory());
  }

  dismissProblem(): void {
    this.store.set({ problem: undefined });
  }

  #client(): HailgridRider {
    const rider = new HailgridRider(this.#options);
    rider.on('open', () => this.store.set({ connection: 'open' }));
    rider.on('lost', () => this.store.set({ connection: 'lost' }));
    rider.on('end', (end) => end !== 'closed' && this.store.set({ connection: 'ended' }));
    rider.on('problem', (problem) => this.#fail(problem));
    rider.on('trip', (change) => this.#changed(change));
    rider.on('driver_position', ({ trip_id, point, heading_deg }) => {
      if (trip_id === this.store.get().trip?.trip_id)
        this.store.set({ car: { point, headingDeg: heading_deg } });
    });
    return rider;
  }

  /** Asks what each product costs. */
  async #quote(): Promise<void> {
    const { pickup, dropoff, products } = this.store.get();
    const asked = ++this.#asked;
    if (pickup === undefined || dropoff === undefined) return;
    const answers = await Promise.all(
      products.map(async ({ product }): Promise<[Quote['product'], Offered]> => {
        try {
          return [product, { quote: await this.#rider.quote({ product, pickup, dropoff }) }];
        } catch (error) {
          return [product, { refusal: failureWords(error) }];
        }
      }),
    );
    if (asked !== this.#asked) return;
    this.store.set({ offered: Object.fromEntries(answers) });
  }

  #changed({ at, event, trip }: RiderEvents['trip']): void {
    const shown = this.store.get().trip;
    const isShown = shown?.trip_id === trip.trip_id;
    if (!isShown && (hasEnded(trip) || (shown !== undefined && !hasEnded(shown)))) return;
    const isOtherDriver = shown?.driver?.driver_id !== trip.driver?.driver_id;
    if (isOtherDriver) this.store.set({ car: undefined });
    const isDriverNew = isOtherDriver || event === 'accepted';
    this.#adopt(trip, isDriverNew ? Date.parse(at) : undefined);
  }

  /** Shows a version of the trip unless a newer one is shown. */
  #adopt(trip: RiderTrip, assignedAtMs?: number): void {
    const { trip: shown, pickupAtMs } = this.store.get();
    if (shown?.trip_id === trip.trip_id && shown.seq > trip.seq) return;
    const { driver, accepted_at } = trip;
    const sinceMs =
      assignedAtMs ??
      (pickupAtMs === undefined && accepted_at !== null ? Date.parse(accepted_at) : undefined);
    this.store.set({
      trip,
      ...(driver === null && { pickupAtMs: undefined, car: undefined }),
      ...(driver !== null && sinceMs !== undefined && { pickupAtMs: sinceMs + driver.pickup_eta_s * 1000 }),
    });
    if (hasEnded(trip)) void this.#try(() => this.#readHistory());
  }

  async #readHistory(): Promise<void> {
    const { data } = await this.#rider.trips({ limit: HISTORY_LENGTH });
    this.store.set({ history: data.filter(hasEnded) });
  }

  async #busy(act: () => Promise<void>): Promise<void> {
    this.store.set({ isBusy: true, problem: undefined });
    await this.#try(act);
    this.store.set({ isBusy: false });
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof Error && 'code' in error && error.code === 'stopped') return;
    this.store.set({ problem: failureWords(error) });
  }
}
