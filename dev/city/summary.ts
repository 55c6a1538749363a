import type { FleetStats } from '#libs/contracts';
import { databaseText, failoversText, failoverFacts, type DatabaseState } from './database-state.ts';
import type { PublicService } from './ports.ts';

const BAR_WIDTH = 24;

/** The data of the live view, rendered here as pure text for the tests. */
export interface Snapshot {
  stats: FleetStats | undefined;
  drivers: number;
  urls: Record<PublicService, string>;
  database: DatabaseState;
  /** Names of all running processes. */
  processes: readonly string[];
}

/** The block that is redrawn in place in a terminal. */
export function summaryBlock({ stats, drivers, urls, database, processes }: Snapshot): string[] {
  const head = [
    `ports        ${portsText(urls)}`,
    `processes    ${counted(processes)}`,
    `Postgres     ${databaseText(database)}`,
  ];
  if (stats === undefined) return [...head, 'the fleet is getting ready …'];
  return [
    ...head,
    `drivers      ${stats.drivers_online} of ${drivers} online, ${Math.round(stats.pings_per_s)} pings/s`,
    `trips        ${stats.requested} requested, ${stats.served} served, ${stats.canceled} canceled, ${stats.expired} expired, ${stats.open} open`,
    `by state     ${statesText(stats)}`,
    `matching     ${Math.round(stats.matched_per_min)} matched/min, latency p50 ${unit(stats.match_latency_ms.p50, 'ms')}, p99 ${unit(stats.match_latency_ms.p99, 'ms')}`,
    `waits        p50 ${unit(stats.wait_s.p50, 's')}, p95 ${unit(stats.wait_s.p95, 's')}`,
    `errors       ${stats.errors}`,
    `progress     ${progressText(stats)}`,
  ];
}

/** Ports of the public services, all on loopback; `trips` is for operators. */
export function portsText(urls: Record<PublicService, string>): string {
  return Object.entries(urls)
    .map(([service, url]) => `${service} ${new URL(url).port}`)
    .join(', ');
}

/** The same as one line, for an output that is not a terminal. */
export function summaryLine({ stats, drivers, database: { failovers } }: Snapshot): string {
  if (stats === undefined) return 'the fleet is getting ready …';
  const left = stats.remaining_s === null ? '' : `, ${duration(stats.remaining_s)} left`;
  return [
    `${duration(stats.elapsed_s)}${left}`,
    `${stats.drivers_online}/${drivers} drivers`,
    `${stats.requested} requested, ${stats.served} served, ${stats.open} open (${statesText(stats)})`,
    `${Math.round(stats.matched_per_min)} matched/min`,
    `wait p50 ${unit(stats.wait_s.p50, 's')} p95 ${unit(stats.wait_s.p95, 's')}`,
    `${stats.errors} errors`,
    ...(failovers.length === 0 ? [] : [failoversText(failoverFacts(failovers))]),
  ].join(' | ');
}

function statesText({ trips_by_state: byState }: FleetStats): string {
  const parts = Object.entries(byState).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'no trips yet' : parts.map(([state, count]) => `${state} ${count}`).join(', ');
}

function progressText({ elapsed_s: elapsedS, remaining_s: remainingS }: FleetStats): string {
  if (remainingS === null) return `${duration(elapsedS)}, until Ctrl-C`;
  const done = elapsedS + remainingS === 0 ? 1 : elapsedS / (elapsedS + remainingS);
  const filled = Math.round(done * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${Math.round(done * 100)} %, ${duration(remainingS)} left`;
}

/** `matcher-1, matcher-2, trips-1` → `matcher ×2, trips`. */
function counted(processes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of processes) {
    const kind = name.replace(/[-_]\d+$/, '');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${kind} ×${count}`)).join(', ');
}

/** Seconds as m:ss. */
function duration(valueS: number): string {
  const whole = Math.round(valueS);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function unit(value: number | null, name: string): string {
  return value === null ? '–' : `${Math.round(value)} ${name}`;
}
