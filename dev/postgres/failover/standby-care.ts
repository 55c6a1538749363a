import type { PostgresCluster } from '../cluster.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { READY } from '../server.ts';
import { lastLines } from '../../process/log-file.ts';
import { askServer } from './ask-server.ts';
import type { KeeperEvent } from './failover-trace.ts';
import { afterAnswer, isLost, UNBROKEN, type Silence } from './silence.ts';

/** Log lines of a standby whose WAL has diverged from the primary's, or whose needed WAL the primary has removed. */
const CANNOT_FOLLOW =
  /has already been removed|is not in this server's history|forked off|ahead of the WAL flush position/;
/** Number of log lines searched; the standby repeats the line with each attempt. */
const LINES_LOOKED_AT = 30;
/** Delay after a failed repair, so that a full disk does not cause a busy loop. */
const RETRY_MS = 2_000;
/** Interval at which a live standby that does not follow gets the primary's address again: it may have missed it. */
const TELL_AGAIN_MS = 2_000;

type Repair = 'restart' | 'rebuild';

interface Patient {
  silence: Silence;
  needsRebuild: boolean;
  retryAtMs: number;
  isBeingAsked: boolean;
  toldAtMs: number;
  repair?: { readonly done: Promise<void>; readonly abort: AbortController };
}

/** Repairs standbys: restarts one that is down, rebuilds one that cannot follow. */
export class StandbyCare {
  readonly #cluster: PostgresCluster;
  readonly #tell: (event: KeeperEvent) => void;
  readonly #patients = new Map<PostgresNode, Patient>();
  /** Number of calls to `breakOff`; a check that began before the latest one has no effect. */
  #breaks = 0;
  /** Names of the standbys that have followed the current primary with their current data. */
  readonly followers = new Set<string>();

  constructor(cluster: PostgresCluster, tell: (event: KeeperEvent) => void) {
    this.#cluster = cluster;
    this.#tell = tell;
  }

  /** Checks each standby that does not follow the primary now. */
  attend(streaming: ReadonlySet<string>): void {
    for (const standby of this.#cluster.standbys) {
      const patient = this.#patientOf(standby);
      if (patient.repair !== undefined || patient.isBeingAsked) continue;
      if (!streaming.has(standby.name)) {
        this.#examine(standby, patient);
        continue;
      }
      this.followers.add(standby.name);
      this.#patients.delete(standby);
    }
  }

  /** Marks the former primary for a rebuild: its WAL may have diverged. */
  giveUpDataOf(node: PostgresNode): void {
    this.#patientOf(node).needsRebuild = true;
  }

  /** Aborts all repairs; resolves when they have ended. */
  async breakOff(): Promise<void> {
    this.#breaks += 1;
    const repairs = [...this.#patients.values()].flatMap(({ repair }) => repair ?? []);
    for (const { abort } of repairs) abort.abort();
    await Promise.all(repairs.map(({ done }) => done));
  }

  #examine(standby: PostgresNode, patient: Patient): void {
    if (Date.now() < patient.retryAtMs) return;
    if (patient.needsRebuild) return this.#begin(standby, patient, 'rebuild');
    if (!standby.server.isRunning()) return this.#begin(standby, patient, 'restart');
    patient.isBeingAsked = true;
    void this.#ask(standby, patient).finally(() => (patient.isBeingAsked = false));
  }

  async #ask(standby: PostgresNode, patient: Patient): Promise<void> {
    const breaksBefore = this.#breaks;
    const { answer } = await askServer(this.#cluster.urlOf(standby));
    if (this.#breaks !== breaksBefore) return;
    patient.silence = afterAnswer(patient.silence, answer);
    if (isLost(patient.silence)) this.#begin(standby, patient, 'restart');
    else if (answer === 'well' && cannotFollow(standby)) this.#begin(standby, patient, 'rebuild');
    else if (answer === 'well') await this.#tellAgain(standby, patient);
  }

  async #tellAgain(standby: PostgresNode, patient: Patient): Promise<void> {
    if (Date.now() - patient.toldAtMs < TELL_AGAIN_MS) return;
    patient.toldAtMs = Date.now();
    await this.#cluster.follow(standby).catch(() => undefined); // the next check detects a failure
  }

  #begin(standby: PostgresNode, patient: Patient, kind: Repair): void {
    if (kind === 'rebuild') patient.needsRebuild = true; // until it is done: a partial copy is useless
    const abort = new AbortController();
    patient.repair = { abort, done: this.#carryOut(standby, patient, kind, abort.signal) };
  }

  async #carryOut(standby: PostgresNode, patient: Patient, kind: Repair, signal: AbortSignal): Promise<void> {
    try {
      await this.#repair(standby, kind, signal);
      patient.needsRebuild = false;
      this.#tell({
        kind: kind === 'restart' ? 'standby_restarted' : 'standby_rebuilt',
        standby: standby.name,
      });
    } catch (error) {
      if (signal.aborted) return;
      patient.needsRebuild = true; // a standby that does not restart is rebuilt
      patient.retryAtMs = Date.now() + RETRY_MS;
      this.#tell({ kind: 'standby_failed', standby: standby.name, detail: String(error) });
    } finally {
      patient.silence = UNBROKEN;
      delete patient.repair;
    }
  }

  async #repair(standby: PostgresNode, kind: Repair, signal: AbortSignal): Promise<void> {
    await standby.fence();
    signal.throwIfAborted();
    if (kind === 'restart') {
      await standby.restart(signal);
      return this.#cluster.follow(standby);
    }
    this.followers.delete(standby.name);
    await this.#cluster.rebuild(standby, signal);
  }

  #patientOf(node: PostgresNode): Patient {
    const known = this.#patients.get(node);
    if (known !== undefined) return known;
    const patient = {
      silence: UNBROKEN,
      needsRebuild: false,
      retryAtMs: 0,
      isBeingAsked: false,
      toldAtMs: Date.now(),
    };
    this.#patients.set(node, patient);
    return patient;
  }
}

/** Decides by the log lines since the standby was last ready. */
function cannotFollow(standby: PostgresNode): boolean {
  const lines = lastLines(standby.server.logFile, LINES_LOOKED_AT);
  const readyAt = lines.findLastIndex((line) => line.includes(READY));
  return lines.slice(readyAt + 1).some((line) => CANNOT_FOLLOW.test(line));
}
