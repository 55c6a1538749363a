import { applyDecorators } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  asHailgridError,
  HailgridError,
  parseOrThrow,
  type Command,
  type CommandOutput,
  type CommandReply,
} from '#libs/contracts';
import type { z } from 'zod';
import { LATE_COMMAND } from './command-packets.ts';

type Handler<C extends Command> = (input: z.output<C['input']>) => Promise<CommandOutput<C>>;

/** Implemented by classes with command handlers, so that failed commands are logged. */
export interface ReportsFailures {
  reportFailure(command: Command, error: HailgridError): void;
}

/**
 * How many commands a process handles at once; any further one gets `unavailable`. Without this bound, commands
 * that wait for Postgres outlive their callers' deadlines, and the process only does work whose callers have given up.
 */
export const MAX_COMMANDS_IN_HAND = 256;

let inHand = 0;

/**
 * Makes a method the handler of a command: validates the input, and replies with the method's result or error. Refuses
 * a command that is past its deadline: a process that was frozen wakes up to many of them, and their callers have given
 * up. The method's type must be the command's.
 */
export function HandleCommand<C extends Command>(command: C) {
  return <H extends Handler<C>>(
    target: ReportsFailures,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    const handle = descriptor.value;
    if (handle === undefined) throw new TypeError(`${String(key)} is not a method`);
    const answer = async function (this: ReportsFailures, raw: unknown): Promise<CommandReply> {
      inHand += 1;
      try {
        if (raw === LATE_COMMAND) throw late(command);
        if (inHand > MAX_COMMANDS_IN_HAND) throw overloaded(command);
        return {
          ok: true,
          value: await handle.call(this, parseOrThrow<C['input']>(command.input, raw, command.subject)),
        };
      } catch (thrown) {
        const error = asHailgridError(thrown);
        this.reportFailure(command, error);
        return { ok: false, error: toReply(error) };
      } finally {
        inHand -= 1;
      }
    };
    // Changed in place: the class gets this same descriptor once all decorators have run.
    const method: PropertyDescriptor = descriptor;
    method.value = answer;
    applyDecorators(MessagePattern(command.subject))(target, key, method);
  };
}

function overloaded({ subject }: Command): HailgridError {
  return new HailgridError('unavailable', `${subject}: ${MAX_COMMANDS_IN_HAND} commands in hand`);
}

function late({ subject }: Command): HailgridError {
  return new HailgridError('unavailable', `${subject}: arrived after its deadline`);
}

function toReply(error: HailgridError) {
  return {
    code: error.code,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.issues.length > 0 && { issues: [...error.issues] }),
  };
}
