import type { SupervisedChild } from '../process/supervised-child.ts';

/** Resolves with a message about the first of these processes that exits unexpectedly. */
export function firstDeath(children: readonly SupervisedChild[]): Promise<string> {
  return Promise.race(children.map(deathOf));
}

async function deathOf(child: SupervisedChild): Promise<string> {
  const exit = await child.exited;
  return exit.expected ? new Promise(() => {}) : child.describeExit(exit);
}
