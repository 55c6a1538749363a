/**
 * Whose work a command is. Each class has places of its own in a process that handles commands
 * (`libs/bus/command-places.ts`). `matching`: what matchers decide. `drivers` and `riders`: what people do and look at.
 * `webhooks`: what may wait.
 */
export const COMMAND_CLASSES = ['matching', 'drivers', 'riders', 'webhooks'] as const;
export type CommandClass = (typeof COMMAND_CLASSES)[number];

/** How a command shares the places of the process that handles it. */
export interface CommandSharing {
  /** `reader`: riders or drivers, by the role of the input's `reader`. */
  readonly of: CommandClass | 'reader';
  /** Whether one caller may have only one of them in hand: it costs much, and callers gain nothing by several. */
  readonly alone: boolean;
}

/** Who sends a command, as its input says. */
export interface CommandCaller {
  readonly commandClass: CommandClass;
  /** The rider, driver or matcher; undefined if the command names none, or is an operator's. */
  readonly caller: string | undefined;
}

/** The members of inputs that name a caller. */
interface NamesCaller {
  readonly reader?: { readonly role: string; readonly rider_id?: string; readonly driver_id?: string };
  readonly rider_id?: string;
  readonly driver_id?: string;
  readonly matcher?: string;
}

/** Finds the class and the caller of a checked input. */
export function callerOf({ of }: CommandSharing, input: unknown): CommandCaller {
  const named: NamesCaller = typeof input === 'object' && input !== null ? input : {};
  const { reader } = named;
  if (reader !== undefined) {
    const commandClass = of === 'reader' ? (reader.role === 'driver' ? 'drivers' : 'riders') : of;
    return { commandClass, caller: reader.rider_id ?? reader.driver_id };
  }
  const commandClass = of === 'reader' ? 'riders' : of;
  if (commandClass === 'matching') return { commandClass, caller: named.matcher };
  return { commandClass, caller: named.rider_id ?? named.driver_id };
}
