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

/** A subject with the worst that a false message, or a false answer, can do. */
interface SubjectTraffic extends Omit<BusTraffic, 'pattern'> {
  lie: string;
}

type SubjectName = keyof typeof subjects;

/** Who may send and receive the messages of each subject. Complete by type: a subject without an entry is an error. */
export const SUBJECT_TRAFFIC: Readonly<Record<SubjectName, SubjectTraffic>> = {
  positionSubject: {
    from: ['driver-api'],
    to: ['matcher', 'console'],
    lie: 'Shows drivers where they are not, or hides them, until 30 s after the lies end. Binds nobody: `trips` checks every driver.',
  },
  riderPushSubject: {
    from: ['trips'],
    to: ['rider-api'],
    lie: 'Shows riders false changes until they read the trip again. Changes no trip.',
  },
  driverPushSubject: {
    from: ['trips'],
    to: ['driver-api'],
    lie: 'Shows drivers false offers and changes. An answer to a false offer is refused.',
  },
  // JetStream stores these; who may read the stream is in `libs/bus/permissions.ts`.
  tripEventsSubject: {
    from: ['trips', 'operator'],
    to: ['console'],
    lie: 'Puts false events before those who read the stream; Postgres keeps the true ones, `npm run audit` compares them.',
  },
  trackSubject: {
    from: ['driver-api'],
    to: ['rider-api'],
    lie: 'Shows a rider a false place of its driver, and operators afterwards a false trace of the trip.',
  },
  SHARD_MAP_SUBJECT: {
    from: ['trips'],
    to: ['rider-api', 'matcher', 'trips', 'console'],
    lie: 'Makes every process reread the named shards, at most 20 times a second. Moves no epoch.',
  },
  POSITIONS_RESEND_SUBJECT: {
    from: ['matcher', 'console'],
    to: ['driver-api'],
    lie: 'Makes driver-apis repeat positions that they hold.',
  },
  demandSubject: {
    from: ['trips'],
    to: ['matcher'],
    lie: 'Makes the owner read one trip that it would read within a second anyway.',
  },
  pickupEtaSubject: {
    from: ['rider-api'],
    to: ['matcher'],
    lie: 'Learns how far the nearest free driver of a place is. A false answer shows riders a false time.',
  },
  driverEtaSubject: {
    from: ['trips'],
    to: ['matcher'],
    lie: 'Learns how far one driver is from a place. A false answer shows a false time for a trip that an operator gave.',
  },
  riderTicketSubject: {
    from: ['rider-api'],
    to: ['rider-api'],
    lie: 'Redeems a ticket that the sender knows already. A false answer opens a socket as any rider.',
  },
  driverTicketSubject: {
    from: ['driver-api'],
    to: ['driver-api'],
    lie: 'Redeems a ticket that the sender knows already. A false answer opens a socket as any driver.',
  },
  operatorTicketSubject: {
    from: ['trips'],
    to: ['trips'],
    lie: 'Redeems a ticket that the sender knows already. A false answer opens a socket as any operator: it shows what needs attention, and changes nothing.',
  },
  DRIVER_ATTENDED_SUBJECT: {
    from: ['driver-api'],
    to: ['driver-api'],
    lie: 'Closes the sockets of a driver at other instances; it connects again.',
  },
  DRIVER_CHANGED_SUBJECT: {
    from: ['trips', 'driver-api'],
    to: ['driver-api'],
    lie: 'Makes the serving driver-api reread one driver. Moves no version.',
  },
  DRIVER_WHEREABOUTS_SUBJECT: {
    from: ['driver-api'],
    to: ['driver-api'],
    lie: 'A false answer makes an instance leave a driver to another one, until its next ping.',
  },
  DRIVER_TRACK_SUBJECT: {
    from: ['driver-api'],
    to: ['driver-api'],
    lie: 'Learns the last place of a driver. A false answer has pings refused as stale or too far until the next session.',
  },
  DRIVER_HEARD_SUBJECT: {
    from: ['trips'],
    to: ['driver-api'],
    lie: 'A false answer keeps a silent driver bound to its trip for as long as it is repeated, or until an operator acts.',
  },
  DRIVER_HINTS_SUBJECT: {
    from: ['matcher'],
    to: ['driver-api'],
    lie: 'Advises idle drivers to wrong places.',
  },
  HEARTBEAT_SUBJECT: {
    from: ['matcher'],
    to: ['trips', 'console'],
    lie: 'Makes a dead matcher look alive, or distorts the balance of shards, while the lies go on.',
  },
  PLANNER_WAKE_SUBJECT: { from: ['trips'], to: ['trips'], lie: 'Makes the planner look at the tables.' },
  probeSubject: {
    from: ['trips'],
    to: ['matcher'],
    lie: 'A false answer makes a dead matcher look alive while the lies go on.',
  },
  prepareSubject: {
    from: ['trips'],
    to: ['matcher'],
    lie: 'Makes a matcher follow positions of further cells.',
  },
  drainSubject: {
    from: ['trips'],
    to: ['matcher'],
    lie: 'Makes a matcher stop offering in its shards for a lease of at most 60 s, again and again.',
  },
  EXPLAIN_SUBJECT: {
    from: ['trips'],
    to: ['matcher'],
    lie: 'Learns why a trip got its driver. A false answer misleads an operator.',
  },
  EXPLAIN_DRIVER_SUBJECT: {
    from: ['trips'],
    to: ['matcher'],
    lie: 'Learns which trips a driver was weighed for. A false answer misleads an operator.',
  },
  OUTLOOK_SUBJECT: {
    from: ['console'],
    to: ['matcher'],
    lie: 'Learns where riders are expected. A false answer shows operators a false layer of the map.',
  },
  WEBHOOKS_PROBE_SUBJECT: {
    from: ['trips'],
    to: ['webhooks'],
    lie: 'A false answer hides that no webhooks process runs.',
  },
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
      from: SUBJECT_TRAFFIC[name].from,
      to: SUBJECT_TRAFFIC[name].to,
    })),
  ];
}

/** Every command, in the order of its subject. */
export function allCommands(): Command[] {
  return Object.values<unknown>(commands)
    .filter(isCommand)
    .toSorted((one, other) => one.subject.localeCompare(other.subject));
}

/** Whether an export of the contracts is a command. */
export function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && 'subject' in value && 'callers' in value;
}

function patternOf(name: SubjectName): string {
  const subject = SUBJECTS[name];
  return typeof subject === 'string' ? subject : subject('*');
}
