import type { Command, Person } from '#libs/contracts';

/** Throws unless the token is the person's. */
export type PresenceCheck = (person: Person, token: string | undefined) => Promise<void>;

let check: PresenceCheck | undefined;

/** Has every command that acts for a person checked from now on, in this process. */
export function requirePresence(presenceCheck: PresenceCheck): void {
  check = presenceCheck;
}

/** Throws if the command acts for a person whose token did not come with it. */
export async function checkPresence(
  command: Command,
  input: unknown,
  token: string | undefined,
): Promise<void> {
  const person = check === undefined ? undefined : command.person?.(input);
  if (person !== undefined) await check?.(person, token);
}
