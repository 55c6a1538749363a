import { AsyncLocalStorage } from 'node:async_hooks';
import type { Caller } from './callers.ts';

const present = new AsyncLocalStorage<Caller>();

/** Runs work that a person has asked for: commands that it sends carry the person's token. */
export function onBehalfOf<T>(caller: Caller, work: () => T): T {
  return present.run(caller, work);
}

/** The token of the person whose request or frame is being handled; undefined in work of the process itself. */
export function presentToken(): string | undefined {
  return present.getStore()?.token;
}
