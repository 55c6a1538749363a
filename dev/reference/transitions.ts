import { TRIP_STATES, TRIP_TRANSITIONS } from '#libs/trip';
import { REACH_AFTER } from '../../apps/driver-api/presence/reach.ts';
import { code, markdownPage, markdownTable } from './markdown-page.ts';

const TRIP_INTRODUCTION = `Every outcome of every command in every state of a trip, from \`libs/trip/transitions.ts\`; a test proves that
\`decide\` has exactly these. An outcome is one or more events, \`unchanged\` (the trip already is as the command asks), or a refusal.
The command's driver and offer, and the time, choose among the outcomes of a cell.`;

const PRESENCE_INTRODUCTION = `How a driver can be reached through its driver-api instance, from \`apps/driver-api/presence/reach.ts\`:
\`present\` (by its socket or its requests), \`lost\` (its socket has closed) or \`withdrawn\` (its position was withdrawn from the
position stream). A cell is the state after the input.`;

export function tripStatesPage(): Promise<string> {
  const sections = TRIP_STATES.flatMap((state) => [
    `## ${state}`,
    markdownTable(
      ['command', 'outcomes'],
      Object.entries(TRIP_TRANSITIONS[state]).map(([command, outcomes]) => [
        code(command),
        outcomes.map(code).join(', '),
      ]),
    ),
  ]);
  return markdownPage('Trip states', TRIP_INTRODUCTION, ...sections);
}

export function driverPresencePage(): Promise<string> {
  const inputs = Object.keys(REACH_AFTER.present);
  const rows = Object.entries(REACH_AFTER).map(([reach, after]) => [
    code(reach),
    ...Object.values(after).map(code),
  ]);
  return markdownPage(
    'Driver presence',
    PRESENCE_INTRODUCTION,
    markdownTable(['state', ...inputs.map(code)], rows),
  );
}
