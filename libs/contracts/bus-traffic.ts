import type { BusRole } from './bus-roles.ts';
import type { Command } from './command.ts';
import * as commands from './commands/index.ts';
import * as subjects from './subjects.ts';

/** Every subject by its name, or the function that makes it from an id. */
const SUBJECTS: Readonly<Record<SubjectName, string | ((id: string) => string)>> = { ...subjects };

/** One kind of message on the bus: its subject, with `*` for each id, and who may send and receive it. */
export interface BusTraffic {
  pattern: string;
  from: readonly BusRole[];
  to: readonly BusRole[];
}

type SubjectName = keyof typeof subjects;

/** Who may send and receive the messages of each subject. Complete by type: a subject without an entry is an error. */
export const SUBJECT_TRAFFIC: Readonly<Record<SubjectName, Omit<BusTraffic, 'pattern'>>> = {
  positionSubject: { from: ['driver-api'], to: ['matcher'] },
  riderPushSubject: { from: ['trips'], to: ['rider-api'] },
  driverPushSubject: { from: ['trips'], to: ['driver-api'] },
  // JetStream stores these; who may read the stream is in `libs/bus/permissions.ts`.
  tripEventsSubject: { from: ['trips', 'operator'], to: [] },
  trackSubject: { from: ['driver-api'], to: ['rider-api'] },
  SHARD_MAP_SUBJECT: { from: ['trips'], to: ['rider-api', 'matcher', 'trips'] },
  POSITIONS_RESEND_SUBJECT: { from: ['matcher'], to: ['driver-api'] },
  demandSubject: { from: ['trips'], to: ['matcher'] },
  pickupEtaSubject: { from: ['rider-api'], to: ['matcher'] },
  riderTicketSubject: { from: ['rider-api'], to: ['rider-api'] },
  driverTicketSubject: { from: ['driver-api'], to: ['driver-api'] },
  DRIVER_ATTENDED_SUBJECT: { from: ['driver-api'], to: ['driver-api'] },
  DRIVER_CHANGED_SUBJECT: { from: ['trips', 'driver-api'], to: ['driver-api'] },
  DRIVER_WHEREABOUTS_SUBJECT: { from: ['driver-api'], to: ['driver-api'] },
  DRIVER_TRACK_SUBJECT: { from: ['driver-api'], to: ['driver-api'] },
  DRIVER_HEARD_SUBJECT: { from: ['trips'], to: ['driver-api'] },
  DRIVER_HINTS_SUBJECT: { from: ['matcher'], to: ['driver-api'] },
  HEARTBEAT_SUBJECT: { from: ['matcher'], to: ['trips'] },
  PLANNER_WAKE_SUBJECT: { from: ['trips'], to: ['trips'] },
  probeSubject: { from: ['trips'], to: ['matcher'] },
  prepareSubject: { from: ['trips'], to: ['matcher'] },
  drainSubject: { from: ['trips'], to: ['matcher'] },
  EXPLAIN_SUBJECT: { from: ['trips'], to: ['matcher'] },
  WEBHOOKS_PROBE_SUBJECT: { from: ['trips'], to: ['webhooks'] },
};

/** All messages on the bus except those of JetStream: commands, published messages, and requests to instances. */
export function busTraffic(): BusTraffic[] {
  return [
    ...allCommands().map(({ subject, callers }) => ({
      pattern: subject,
      from: callers,
      to: ['trips'] as const,
    })),
    ...(Object.keys(SUBJECT_TRAFFIC) as SubjectName[]).map((name) => ({
      pattern: patternOf(name),
      ...SUBJECT_TRAFFIC[name],
    })),
  ];
}

/** Every command, in the order of its subject. */
export function allCommands(): Command[] {
  return Object.values<unknown>(commands)
    .filter(isCommand)
    .toSorted((one, other) => one.subject.localeCompare(other.subject));
}

function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && 'subject' in value && 'callers' in value;
}

function patternOf(name: SubjectName): string {
  const subject = SUBJECTS[name];
  return typeof subject === 'string' ? subject : subject('*');
}
