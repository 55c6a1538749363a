import type { CommandClass } from '#libs/contracts';

/**
 * How many commands a process handles at once; further ones wait. Without this bound, commands that wait for Postgres outlive
 * their callers' deadlines, and the process only does work whose callers have given up.
 */
export const MAX_COMMANDS_IN_HAND = 256;

/**
 * How many commands of each class a process can always handle, whatever the others send: a flood of riders must not delay
 * offers and answers. All classes share the rest of {@link MAX_COMMANDS_IN_HAND}, first come, first served.
 */
export const RESERVED_PLACES: Readonly<Record<CommandClass, number>> = {
  matching: 48,
  drivers: 64,
  riders: 64,
  webhooks: 16,
};

/** How many commands of one rider or driver are handled at once: a phone with a slow answer and an impatient owner has two. */
export const MAX_IN_HAND_PER_CALLER = 4;

/**
 * How many commands of one caller wait for a place; a further one gets `rate_limited`: a phone that resumes all its trips
 * sends twenty.
 */
export const MAX_WAITING_PER_CALLER = 20;

/** How many commands of one class wait for a place; a further one gets `unavailable`: it would be answered too late. */
export const MAX_WAITING_PER_CLASS = 512;

/** Who asks for a place. Without a caller, the command is bounded by its class only. */
export interface PlaceRequest {
  readonly commandClass: CommandClass;
  readonly caller: string | undefined;
  /** Whether the caller may have only one such command in hand. */
  readonly alone: boolean;
}

export interface PlaceLimits {
  readonly total: number;
  readonly reserved: Readonly<Record<CommandClass, number>>;
  readonly perCaller: number;
  readonly waitingPerCaller: number;
  readonly waitingPerClass: number;
}

export const PLACE_LIMITS: PlaceLimits = {
  total: MAX_COMMANDS_IN_HAND,
  reserved: RESERVED_PLACES,
  perCaller: MAX_IN_HAND_PER_CALLER,
  waitingPerCaller: MAX_WAITING_PER_CALLER,
  waitingPerClass: MAX_WAITING_PER_CLASS,
};

/** `caller_full`: the caller has as many commands waiting as it may. `class_full`: the class has. */
export type Admission = 'started' | 'waiting' | 'caller_full' | 'class_full';

interface Caller<Ticket> {
  inHand: number;
  /** Commands in hand that the caller may have only once. */
  aloneInHand: number;
  readonly waiting: Waiting<Ticket>[];
}

interface Waiting<Ticket> {
  readonly request: PlaceRequest;
  readonly ticket: Ticket;
}

interface ClassState<Ticket> {
  inHand: number;
  waiting: number;
  /** Callers with commands that wait, the next one to be served first. */
  readonly turns: Map<string, Caller<Ticket>>;
}

/**
 * Decides which commands are handled and which wait. A class starts commands on its reserved places, then on the shared
 * ones. Inside a class the callers take turns, one command each, in the order of arrival of the caller's commands.
 */
export class CommandPlaces<Ticket> {
  readonly #limits: PlaceLimits;
  readonly #classes = new Map<CommandClass, ClassState<Ticket>>();
  readonly #callers = new Map<string, Caller<Ticket>>();
  readonly #shared: number;
  /** The class that was served last: the next turn of shared places goes to another one. */
  #lastServed = 0;

  constructor(limits: PlaceLimits = PLACE_LIMITS) {
    this.#limits = limits;
    const classes = Object.keys(limits.reserved) as CommandClass[];
    for (const each of classes) this.#classes.set(each, { inHand: 0, waiting: 0, turns: new Map() });
    this.#shared = limits.total - classes.reduce((sum, each) => sum + limits.reserved[each], 0);
    if (this.#shared < 0) throw new RangeError('more places are reserved than there are');
  }

  inHand(commandClass: CommandClass): number {
    return this.#stateOf(commandClass).inHand;
  }

  waiting(commandClass: CommandClass): number {
    return this.#stateOf(commandClass).waiting;
  }

  /** Asks for a place. `started` takes it at once; `waiting` keeps the ticket until {@link leave} or {@link next} returns it. */
  enter(request: PlaceRequest, ticket: Ticket): Admission {
    const state = this.#stateOf(request.commandClass);
    const key = keyOf(request);
    const caller = this.#callers.get(key) ?? { inHand: 0, aloneInHand: 0, waiting: [] };
    const mustWait =
      caller.waiting.length > 0 || !this.#hasPlace(state, request) || !this.#mayStart(caller, request);
    if (!mustWait) {
      this.#callers.set(key, caller);
      this.#take(state, caller, request);
      return 'started';
    }
    if (request.caller !== undefined && caller.waiting.length >= this.#limits.waitingPerCaller)
      return 'caller_full';
    if (state.waiting >= this.#limits.waitingPerClass) return 'class_full';
    this.#callers.set(key, caller);
    caller.waiting.push({ request, ticket });
    state.waiting += 1;
    if (!state.turns.has(key)) state.turns.set(key, caller);
    return 'waiting';
  }

  /** Gives a place back; returns the tickets of the commands that start now. */
  leave(request: PlaceRequest): Ticket[] {
    const state = this.#stateOf(request.commandClass);
    const key = keyOf(request);
    const caller = this.#callers.get(key);
    if (caller === undefined || caller.inHand === 0) throw new Error(`${key} has no command in hand`);
    state.inHand -= 1;
    caller.inHand -= 1;
    if (request.alone) caller.aloneInHand -= 1;
    this.#forget(key, caller);
    return this.#startWaiting();
  }

  #startWaiting(): Ticket[] {
    const started: Ticket[] = [];
    for (let ticket = this.#startOne(); ticket !== undefined; ticket = this.#startOne())
      started.push(ticket.ticket);
    return started;
  }

  /** Starts the next command of the next class that has a place and a caller who may use it. */
  #startOne(): Waiting<Ticket> | undefined {
    const classes = [...this.#classes.entries()];
    for (let step = 1; step <= classes.length; step += 1) {
      const index = (this.#lastServed + step) % classes.length;
      const [commandClass, state] = classes[index] ?? [];
      if (commandClass === undefined || state === undefined) continue;
      const started = this.#startOf(state, commandClass);
      if (started === undefined) continue;
      this.#lastServed = index;
      return started;
    }
    return undefined;
  }

  #startOf(state: ClassState<Ticket>, commandClass: CommandClass): Waiting<Ticket> | undefined {
    if (!this.#hasPlace(state, { commandClass })) return undefined;
    for (const [key, caller] of state.turns) {
      const [first] = caller.waiting;
      if (first === undefined || !this.#mayStart(caller, first.request)) continue;
      caller.waiting.shift();
      state.waiting -= 1;
      // The caller's next command waits for a turn of every other caller.
      state.turns.delete(key);
      if (caller.waiting.length > 0) state.turns.set(key, caller);
      this.#take(state, caller, first.request);
      return first;
    }
    return undefined;
  }

  #hasPlace({ inHand }: ClassState<Ticket>, { commandClass }: Pick<PlaceRequest, 'commandClass'>): boolean {
    if (inHand < this.#limits.reserved[commandClass]) return true;
    let shared = 0;
    for (const [each, state] of this.#classes)
      shared += Math.max(0, state.inHand - this.#limits.reserved[each]);
    return shared < this.#shared;
  }

  #mayStart(caller: Caller<Ticket>, { caller: name, alone }: PlaceRequest): boolean {
    if (name === undefined) return true;
    return caller.inHand < this.#limits.perCaller && !(alone && caller.aloneInHand > 0);
  }

  #take(state: ClassState<Ticket>, caller: Caller<Ticket>, { alone }: PlaceRequest): void {
    state.inHand += 1;
    caller.inHand += 1;
    if (alone) caller.aloneInHand += 1;
  }

  #forget(key: string, { inHand, waiting }: Caller<Ticket>): void {
    if (inHand === 0 && waiting.length === 0) this.#callers.delete(key);
  }

  #stateOf(commandClass: CommandClass): ClassState<Ticket> {
    const state = this.#classes.get(commandClass);
    if (state === undefined) throw new RangeError(`no class ${commandClass}`);
    return state;
  }
}

/** A rider and a driver never share a caller, even under one id. */
function keyOf({ commandClass, caller }: PlaceRequest): string {
  return `${commandClass} ${caller ?? ''}`;
}
