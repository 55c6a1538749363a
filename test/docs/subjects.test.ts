import { expect, test } from 'vitest';
import * as contracts from '#libs/contracts';
import { codeSpans, readText } from './markdown.ts';

const ANY = '<…>';
const COMMANDS = Object.values<unknown>(contracts)
  .filter(isCommand)
  .map(({ subject }) => subject);
const MESSAGES = [
  contracts.positionSubject(ANY),
  contracts.riderPushSubject(ANY),
  contracts.driverPushSubject(ANY),
  contracts.tripEventsSubject(ANY),
  contracts.trackSubject(ANY),
  contracts.SHARD_MAP_SUBJECT,
  contracts.POSITIONS_RESEND_SUBJECT,
  contracts.demandSubject(ANY),
  contracts.pickupEtaSubject(ANY),
  contracts.ticketSubject(ANY),
  contracts.DRIVER_ATTENDED_SUBJECT,
  contracts.DRIVER_CHANGED_SUBJECT,
  contracts.DRIVER_WHEREABOUTS_SUBJECT,
  contracts.DRIVER_HINTS_SUBJECT,
  contracts.HEARTBEAT_SUBJECT,
  contracts.PLANNER_WAKE_SUBJECT,
  contracts.probeSubject(ANY),
  contracts.prepareSubject(ANY),
  contracts.drainSubject(ANY),
  contracts.EXPLAIN_SUBJECT,
];
const SUBJECTS = new Set([...COMMANDS, ...MESSAGES]);

const SUBJECT = /^(shardmap|(trips|pos|push|track|matchers?|planner|ticket|drivers|positions)\.[a-z_.<>…]+)$/;

function isCommand(value: unknown): value is contracts.Command {
  return typeof value === 'object' && value !== null && 'subject' in value && 'input' in value;
}

/** Every subject that the code spans name, its variable parts made alike. */
function subjectsIn(spans: readonly string[]): string[] {
  const alike = spans.map((span) => span.replaceAll(/<[^>]+>/g, ANY));
  return [...new Set(alike.filter((span) => SUBJECT.test(span)))];
}

test('ARCHITECTURE.md names every subject that there is, and no other', () => {
  const named = subjectsIn(codeSpans(readText('ARCHITECTURE.md')));
  expect(new Set(named)).toEqual(SUBJECTS);
});

test('the picture names only subjects that there are', () => {
  const picture = readText('docs/hailgrid.svg');
  const spans = [...picture.matchAll(/class="code">([^<]+)</g)].map(([, text]) =>
    text!.replaceAll('&lt;', '<').replaceAll('&gt;', '>'),
  );
  const named = subjectsIn(spans);
  expect(named).toHaveLength(spans.length);
  expect(named.filter((subject) => !SUBJECTS.has(subject))).toEqual([]);
});
