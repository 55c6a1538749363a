import { expect, test } from 'vitest';
import { HailgridError, newId, toProblem, type ErrorCode } from '#libs/contracts';
import { serviceClock } from '../clock/service-clock.ts';
import { TickWheel } from '../clock/tick-wheel.ts';
import { randomStream } from '#libs/random';
import { CommandLine } from './command-line.ts';
import type { DriverCommand } from './driver-state.ts';

const ARRIVED: DriverCommand = { type: 'arrived', tripId: newId('trip') };

/** A command line with a manual clock, which `pass` advances. */
function lineAt(isConnected = true) {
  let wallMs = 0;
  const clock = serviceClock(10, 0, () => wallMs);
  const wheel = new TickWheel(clock);
  const frames: string[] = [];
  const outcomes: string[] = [];
  const connection = { isOpen: isConnected };
  const line = new CommandLine({
    wheel,
    clockSpeed: clock.speed,
    now: () => clock.now(),
    random: randomStream(1, 'test'),
    transmit: (_, id) => {
      if (connection.isOpen) frames.push(id);
      return connection.isOpen;
    },
    onAcknowledged: () => outcomes.push('acknowledged'),
    onRefused: (_, code) => outcomes.push(code),
    onProblem: (code) => outcomes.push(`problem ${code}`),
  });
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 100) {
      wallMs += 100;
      wheel.advance();
    }
  };
  return { line, frames, outcomes, pass, connection };
}

const ack = (id: string) => ({ type: 'ack' as const, id, data: {} });
const error = (id: string, code: ErrorCode) => ({
  type: 'error' as const,
  id,
  data: toProblem(new HailgridError(code, 'test')),
});

test('an acknowledged change is sent once', () => {
  const { line, frames, outcomes, pass } = lineAt();
  line.send(ARRIVED);
  expect(line.takeAnswer(ack('7'))).toBe(false);
  expect(line.takeAnswer(ack(frames[0]!))).toBe(true);
  pass(60_000);
  expect([frames.length, outcomes]).toEqual([1, ['acknowledged']]);
});

test('an unanswered change is resent, and the loss is counted', () => {
  const { line, frames, outcomes, pass } = lineAt();
  line.send(ARRIVED);
  pass(9_000);
  expect(frames).toHaveLength(1);
  pass(2_000);
  expect([frames.length, outcomes]).toEqual([2, ['problem lost_ack']]);
  // The answer to the first frame comes late: the line waits for that of the second.
  expect(line.takeAnswer(ack(frames[0]!))).toBe(false);
  expect(line.takeAnswer(ack(frames[1]!))).toBe(true);
});

test('a transient refusal is retried, and counts as an error only when it lasts', () => {
  const { line, frames, outcomes, pass } = lineAt();
  line.send(ARRIVED);
  for (let attempt = 0; attempt < 6; attempt++) {
    expect(frames).toHaveLength(attempt + 1);
    expect(outcomes).toEqual(attempt < 5 ? [] : ['problem unavailable']);
    line.takeAnswer(error(frames[attempt]!, 'unavailable'));
    pass(5_000);
  }
  line.takeAnswer(ack(frames.at(-1)!));
  expect(outcomes).toEqual(['problem unavailable', 'acknowledged']);
});

test('a final refusal ends the change', () => {
  const { line, frames, outcomes, pass } = lineAt();
  line.send(ARRIVED);
  line.takeAnswer(error(frames[0]!, 'illegal_transition'));
  pass(60_000);
  expect([frames.length, outcomes]).toEqual([1, ['illegal_transition']]);
});

test('without a socket nothing is counted as lost; the next welcome sends it', () => {
  const { line, frames, outcomes, pass, connection } = lineAt(false);
  line.send(ARRIVED);
  pass(60_000);
  expect([frames, outcomes]).toEqual([[], []]);
  connection.isOpen = true;
  line.send(ARRIVED);
  expect(frames).toHaveLength(1);
});

test('a change given up is not resent, but its acknowledgement is still accepted', () => {
  const { line, frames, outcomes, pass } = lineAt();
  line.send(ARRIVED);
  line.giveUp();
  pass(60_000);
  expect(frames).toHaveLength(1);
  line.takeAnswer(ack(frames[0]!));
  expect(outcomes).toEqual(['acknowledged']);
});
