import {
  HailgridError,
  type CityAct,
  type CityActReply,
  type CityFault,
  type CityProcess,
} from '#libs/contracts';
import type { Breakable } from './breakable.ts';
import { consequencesOf, type BreakingAct, type CityView } from './consequences.ts';
import { FaultLog } from './fault-log.ts';

/** Breaks processes of a running city on request, and measures what follows. */
export class CityControl {
  readonly #log = new FaultLog();
  #targets: readonly Breakable[] = [];
  #view: CityView | undefined;
  /** One act at a time: the second of two on one process must see what the first has done. */
  #turn: Promise<unknown> = Promise.resolve();

  /** Called once the city is ready; before that it has no processes. */
  open(targets: readonly Breakable[], view: CityView): void {
    this.#targets = targets;
    this.#view = view;
  }

  processes(): CityProcess[] {
    return this.#targets.map(asProcess);
  }

  get faults(): readonly CityFault[] {
    return this.#log.faults;
  }

  /** Throws `not_found` for an unknown process, `process_state` for what cannot be done now. */
  act(name: string, act: CityAct, by: string | null): Promise<CityActReply> {
    const turn = this.#turn.then(() => this.#act(name, act, by));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Ends what is broken, so that every process can stop in good order. */
  async close(): Promise<void> {
    await this.#turn;
    this.#log.close();
    await Promise.all(this.#targets.map((target) => target.close()));
  }

  async #act(name: string, act: CityAct, by: string | null): Promise<CityActReply> {
    const target = this.#targets.find((one) => one.name === name);
    if (target === undefined || this.#view === undefined)
      throw refused('not_found', `the city has no process ${name}`);
    if (!target.can.includes(act))
      throw refused(
        'process_state',
        `${name} is ${target.state}: ${target.can.length === 0 ? 'nothing can be done to it now' : `it can only ${target.can.join(', ')}`}`,
      );
    if (!isBreaking(act)) {
      await target.act(act);
      return { process: asProcess(target), fault: null };
    }
    const { role } = target; // a failover changes it
    const awaited = await this.#awaited(target, act, this.#view);
    const atMs = Date.now();
    await target.act(act);
    const fault = this.#log.record(
      { act, process: name, kind: target.kind, by, ...(role !== undefined && { role }) },
      atMs,
      awaited,
    );
    return { process: asProcess(target), fault };
  }

  async #awaited(target: Breakable, act: BreakingAct, view: CityView): ReturnType<typeof consequencesOf> {
    try {
      return await consequencesOf(target, act, Date.now(), view);
    } catch (error) {
      throw new HailgridError('unavailable', `the state before the fault cannot be read: ${String(error)}`, {
        cause: error,
        detail: 'the database does not answer, so consequences cannot be measured now',
      });
    }
  }
}

function refused(code: 'not_found' | 'process_state', detail: string): HailgridError {
  return new HailgridError(code, detail, { detail });
}

function isBreaking(act: CityAct): act is BreakingAct {
  return act === 'kill' || act === 'freeze' || act === 'cut';
}

function asProcess(target: Breakable): CityProcess {
  const { name, kind, role, state, pid, sinceMs, can, metricsUrl } = target;
  return {
    name,
    kind,
    ...(role !== undefined && { role }),
    state,
    pid,
    since: new Date(sinceMs).toISOString(),
    can: [...can],
    ...(metricsUrl !== undefined && { metrics_url: metricsUrl }),
  };
}
