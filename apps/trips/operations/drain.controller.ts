import { Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import { drainMatcher, HailgridError, resumeMatcher, routerPath, type MatcherView } from '#libs/contracts';
import type { MemberState } from '#libs/ownership';
import { CLOCK, ForRole, LOGGER, type Clock, type Logger } from '#libs/service';
import { readMembers, readShardCounts, setMemberState, TripStore } from '#libs/store';
import { Planner } from '../planner/planner.ts';
import { MatcherMembership } from '../shards/matcher-membership.ts';
import { matcherView } from './matcher-view.ts';

type MatcherParams = z.output<typeof drainMatcher.params>;

/** An operator takes a matcher out of the work, and lets it in again. To ask twice is no error. */
@Controller()
export class DrainController {
  readonly #store: TripStore;
  readonly #planner: Planner;
  readonly #membership: MatcherMembership;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(Planner) planner: Planner,
    @Inject(MatcherMembership) membership: MatcherMembership,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#store = store;
    this.#planner = planner;
    this.#membership = membership;
    this.#clock = clock;
    this.#logger = logger;
  }

  @Post(routerPath(drainMatcher))
  @HttpCode(drainMatcher.status)
  @ForRole('operator')
  async drain(@Param({ schema: drainMatcher.params }) { matcher }: MatcherParams): Promise<MatcherView> {
    return this.#bring(matcher, 'drained', ['active']);
  }

  @Post(routerPath(resumeMatcher))
  @HttpCode(resumeMatcher.status)
  @ForRole('operator')
  async resume(@Param({ schema: resumeMatcher.params }) { matcher }: MatcherParams): Promise<MatcherView> {
    return this.#bring(matcher, 'active', ['drained']);
  }

  async #bring(matcher: string, state: MemberState, from: readonly MemberState[]): Promise<MatcherView> {
    const nowMs = this.#clock.now();
    if (await setMemberState(this.#store, { instance: matcher, state, from }, nowMs)) {
      this.#logger.info({ event: `matcher_${state}`, matcher });
      this.#membership.wakePlanner();
    }
    const members = await readMembers(this.#store);
    const member = members.find(({ instance }) => instance === matcher);
    if (member === undefined) throw new HailgridError('matcher_not_found', `no matcher ${matcher}`);
    const counts = await readShardCounts(this.#store);
    return matcherView(member, counts.get(matcher) ?? 0, this.#planner, nowMs);
  }
}
