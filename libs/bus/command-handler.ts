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
import { checkPresence } from './check-presence.ts';
import { ArrivedCommand } from './command-packets.ts';
import { inPlace } from './share-places.ts';

type Handler<C extends Command> = (input: z.output<C['input']>) => Promise<CommandOutput<C>>;

/** Implemented by classes with command handlers, so that failed commands are logged. */
export interface ReportsFailures {
  reportFailure(command: Command, error: HailgridError): void;
}

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
      try {
        const {
          input: unchecked,
          isLate,
          token,
        } = raw instanceof ArrivedCommand ? raw : new ArrivedCommand(raw, () => false);
        if (isLate()) throw late(command);
        const input = parseOrThrow<C['input']>(command.input, unchecked, command.subject);
        await checkPresence(command, input, token);
        const value = await inPlace(command, input, async () => {
          // It may have waited for its place.
          if (isLate()) throw late(command);
          return handle.call(this, input);
        });
        return { ok: true, value };
      } catch (thrown) {
        const error = asHailgridError(thrown);
        this.reportFailure(command, error);
        return { ok: false, error: toReply(error) };
      }
    };
    // Changed in place: the class gets this same descriptor once all decorators have run.
    const method: PropertyDescriptor = descriptor;
    method.value = answer;
    applyDecorators(MessagePattern(command.subject))(target, key, method);
  };
}

function late({ subject }: Command): HailgridError {
  return new HailgridError('unavailable', `${subject}: arrived after its deadline`);
}

function toReply(error: HailgridError) {
  return {
    code: error.code,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.issues.length > 0 && { issues: [...error.issues] }),
    ...(error.retryAfterS !== undefined && { retry_after_s: error.retryAfterS }),
    ...(error.distanceM !== undefined && { distance_m: error.distanceM }),
  };
}
