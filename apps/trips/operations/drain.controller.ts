import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import {
  drainMatcher,
  HailgridError,
  resumeMatcher,
  routerPath,
  type MatcherView,
  type OperatorActRequest,
} from '#libs/contracts';
import type { MemberState } from '#libs/ownership';
import { AskerOf, ForRole, LOGGER, readIdempotencyKey, type Asker, type Logger } from '#libs/service';
import { readMembers, readShardCounts, setMemberState, type Queryable } from '#libs/store';
import { Planner } from '../ownership/planner.ts';
import { MatcherMembership } from '../ownership/matcher-membership.ts';
import { matcherView } from './matcher-view.ts';
import { OperatorAudit } from './operator-audit.ts';

type MatcherParams = z.output<typeof drainMatcher.params>;

interface StateChange {
  matcher: string;
  state: MemberState;
  from: readonly MemberState[];
  reason: OperatorActRequest | undefined;
}

/** Drains and resumes matchers for operators. A repeated request is no error. */
@Controller()
export class DrainController {
  constructor(
    private readonly audit: OperatorAudit,
    private readonly planner: Planner,
    private readonly membership: MatcherMembership,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post(routerPath(drainMatcher))
  @HttpCode(drainMatcher.status)
  @ForRole('operator')
  async drain(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: drainMatcher.params }) { matcher }: MatcherParams,
    @Body({ schema: drainMatcher.body }) reason: OperatorActRequest | undefined,
  ): Promise<MatcherView> {
    return this.#setState({ matcher, state: 'drained', from: ['active'], reason }, asker, key);
  }

  @Post(routerPath(resumeMatcher))
  @HttpCode(resumeMatcher.status)
  @ForRole('operator')
  async resume(
    @AskerOf() asker: Asker,
    @Headers('idempotency-key') key: unknown,
    @Param({ schema: resumeMatcher.params }) { matcher }: MatcherParams,
    @Body({ schema: resumeMatcher.body }) reason: OperatorActRequest | undefined,
  ): Promise<MatcherView> {
    return this.#setState({ matcher, state: 'active', from: ['drained'], reason }, asker, key);
  }

  async #setState(
    { matcher, state, from, reason }: StateChange,
    asker: Asker,
    key: unknown,
  ): Promise<MatcherView> {
    const idempotency = readIdempotencyKey(key, { bring_matcher: matcher, state, ...reason });
    let hasChanged = false;
    const act = state === 'active' ? 'resume_matcher' : 'drain_matcher';
    const asked = {
      asker,
      act,
      target: { matcher },
      ...(reason !== undefined && { reason }),
      idempotency,
      output: drainMatcher.response,
    };
    const result = await this.audit.act(asked, async (transaction) => {
      const { nowMs } = transaction;
      const before = (await readMembers(transaction)).find(({ instance }) => instance === matcher)?.state;
      hasChanged = await setMemberState(transaction, { instance: matcher, state, from }, nowMs);
      const view = await this.#view(transaction, matcher, nowMs);
      return { result: view, before: { state: before }, after: { state: view.state } };
    });
    if (hasChanged) {
      this.logger.info({ event: `matcher_${state}`, matcher, ...reason, operator: asker.id });
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
