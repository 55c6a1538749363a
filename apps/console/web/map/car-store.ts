import type { CarFrame, CarStatus, MovedCar } from '../../protocol/car-frame.ts';
import { glideTo, poseAt, restAt, type Glide, type Pose } from './glide.ts';

/** A car that the map shows. */
export interface ShownCar {
  uuid: string;
  status: CarStatus;
  /** Undefined: unknown; the car is drawn as a dot. */
  headingDeg: number | undefined;
  isSnapped: boolean;
  /** How old the position was when it came, in ms of service time. */
  ageMs: number;
  glide: Glide;
}

/** The cars in view, by the handles of one connection. Time is given: it may be any clock that only goes forward. */
export class CarStore {
  private readonly uuids = new Map<number, string>();
  private readonly byHandle = new Map<number, ShownCar>();
  private readonly handles = new Map<string, number>();

  get size(): number {
    return this.byHandle.size;
  }

  cars(): Iterable<ShownCar> {
    return this.byHandle.values();
  }

  find(uuid: string): ShownCar | undefined {
    const handle = this.handles.get(uuid);
    return handle === undefined ? undefined : this.byHandle.get(handle);
  }

  /** Forgets all cars: a new connection has handles of its own. */
  clear(): void {
    this.uuids.clear();
    this.byHandle.clear();
    this.handles.clear();
  }

  /** Applies an update; cars glide to their new places within `glideMs`. 0: they jump. */
  apply({ introduced, gone, moved }: CarFrame, nowMs: number, glideMs: number): void {
    for (const handle of gone) this.remove(handle);
    for (const { handle, uuid } of introduced) {
      this.uuids.set(handle, uuid);
      this.handles.set(uuid, handle);
    }
    for (const car of moved) this.move(car, nowMs, glideMs);
  }

  private move(car: MovedCar, nowMs: number, glideMs: number): void {
    const uuid = this.uuids.get(car.handle);
    if (uuid === undefined) return;
    const before = this.byHandle.get(car.handle);
    const headingDeg = car.headingDeg ?? before?.headingDeg;
    const target: Pose = { lat: car.lat, lng: car.lng, headingDeg: headingDeg ?? 0 };
    const glide =
      before === undefined ? restAt(target, nowMs) : glideTo(before.glide, target, nowMs, glideMs);
    const { status, isSnapped, ageMs } = car;
    this.byHandle.set(car.handle, { uuid, status, headingDeg, isSnapped, ageMs, glide });
  }

  private remove(handle: number): void {
    const uuid = this.uuids.get(handle);
    this.uuids.delete(handle);
    this.byHandle.delete(handle);
    if (uuid !== undefined && this.handles.get(uuid) === handle) this.handles.delete(uuid);
  }
}

/** The car drawn nearest to a place within `reach`, by a distance in the caller's own units. */
export function nearestCar(
  cars: Iterable<ShownCar>,
  nowMs: number,
  reach: number,
  distance: (pose: Pose) => number,
): ShownCar | undefined {
  let best: ShownCar | undefined;
  let bestDistance = reach;
  for (const car of cars) {
    const away = distance(poseAt(car.glide, nowMs));
    if (away > bestDistance) continue;
    best = car;
    bestDistance = away;
  }
  return best;
}
