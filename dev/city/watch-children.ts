import type { SupervisedChild } from '../process/supervised-child.ts';

/** Resolves with the message about the first of these processes that ends though nobody asked it to. */
export function firstDeath(children: readonly SupervisedChild[]): Promise<string> {
  return Promise.race(children.map(deathOf));
}

async function deathOf(child: SupervisedChild): Promise<string> {
  const exit = await child.exited;
  return exit.expected ? new Promise(() => {}) : child.describeExit(exit);
}
