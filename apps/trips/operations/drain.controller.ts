import { Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { drainMatcher, HailgridError, resumeMatcher, routerPath, type MatcherView } from '#libs/contracts';
import type { MemberState } from '#libs/ownership';
import { CallerOf, ForRole, LOGGER, readIdempotencyKey, type Caller, type Logger } from '#libs/service';
import { readMembers, readShardCounts, setMemberState, TripStore, type Queryable } from '#libs/store';
import { Planner } from '../ownership/planner.ts';
import { MatcherMembership } from '../ownership/matcher-membership.ts';
import { matcherView } from './matcher-view.ts';

type MatcherParams = z.output<typeof drainMatcher.params>;

interface StateChange {
  matcher: string;
  state: MemberState;
  from: readonly MemberState[];
}

/** Drains and resumes matchers for operators. A repeated request is no error. */
@Controller()
export class DrainController {
  constructor(
    private readonly store: TripStore,
    private readonly planner: Planner,
    private readonly membership: MatcherMembership,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post(routerPath(drainMatcher))
  @HttpCode(drainMatcher.status)
  @ForRole('operator')
  async drain(
    @CallerOf() caller: Caller,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: drainMatcher.params }) { matcher }: MatcherParams,
  ): Promise<MatcherView> {
    return this.#setState({ matcher, state: 'drained', from: ['active'] }, caller, key);
  }

  @Post(routerPath(resumeMatcher))
  @HttpCode(resumeMatcher.status)
  @ForRole('operator')
  async resume(
    @CallerOf() caller: Caller,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: resumeMatcher.params }) { matcher }: MatcherParams,
  ): Promise<MatcherView> {
    return this.#setState({ matcher, state: 'active', from: ['drained'] }, caller, key);
  }

  async #setState({ matcher, state, from }: StateChange, caller: Caller, key: unknown): Promise<MatcherView> {
    const idempotency = readIdempotencyKey(key, { bring_matcher: matcher, state });
    let hasChanged = false;
    const actor = { prefix: 'operator', id: caller.id } as const;
    const request = { actor, idempotency, output: drainMatcher.response };
    const result = await this.store.transactOnce(request, async (transaction) => {
      const { nowMs } = transaction;
      hasChanged = await setMemberState(transaction, { instance: matcher, state, from }, nowMs);
      return this.#view(transaction, matcher, nowMs);
    });
    if (hasChanged) {
      this.logger.info({ event: `matcher_${state}`, matcher });
      this.membership.wakePlanner();
    }
    return result;
  }

  async #view(database: Queryable, matcher: string, nowMs: number): Promise<MatcherView> {
    const members = await readMembers(database);
    const member = members.find(({ instance }) => instance === matcher);
    if (member === undefined) throw new HailgridError('matcher_not_found', `no matcher ${matcher}`);
    const counts = await readShardCounts(database);
    return matcherView(member, counts.get(matcher) ?? 0, this.planner, nowMs);
  }
}
