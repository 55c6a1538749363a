import type {
  ExplainedDriverRound,
  ExplainedOffer,
  ExplainedRound,
  MatcherView,
  ShardPage,
  SystemHealth,
  TripHistory,
  TripTrace,
} from '#libs/contracts';
import { tokenFor } from '../phones/tokens.ts';
import type { TestCity } from './test-city.ts';

interface Explanation {
  offers: ExplainedOffer[];
  rounds: ExplainedRound[];
}

/** An operator of a test city, connected to one `trips` instance. */
export class Operator {
  readonly #url: string;
  readonly #authorization: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#authorization = `Bearer ${token}`;
  }

  static async of(city: TestCity, instance = 'trips-1'): Promise<Operator> {
    return new Operator(city.url(instance), await tokenFor(city.url('dev-issuer-1'), 'operator'));
  }

  async shards(query = ''): Promise<ShardPage> {
    return (await this.#call('GET', `/v1/shards${query}`)) as ShardPage;
  }

  async health(): Promise<SystemHealth> {
    return (await this.#call('GET', '/v1/ops/health')) as SystemHealth;
  }

  async explain(tripId: string): Promise<Explanation> {
    return (await this.#call('GET', `/v1/trips/${tripId}/explain`)) as Explanation;
  }

  async explainDriver(driverId: string, from: string, to: string): Promise<ExplainedDriverRound[]> {
    const query = new URLSearchParams({ from, to }).toString();
    const answer = await this.#call('GET', `/v1/ops/drivers/${driverId}/explain?${query}`);
    return (answer as { rounds: ExplainedDriverRound[] }).rounds;
  }

  async history(tripId: string): Promise<TripHistory> {
    return (await this.#call('GET', `/v1/trips/${tripId}/history`)) as TripHistory;
  }

  async trace(tripId: string): Promise<TripTrace> {
    return (await this.#call('GET', `/v1/trips/${tripId}/trace`)) as TripTrace;
  }

  async drain(matcher: string): Promise<MatcherView> {
    return (await this.#call('POST', `/v1/matchers/${matcher}/drain`)) as MatcherView;
  }

  async resume(matcher: string): Promise<MatcherView> {
    return (await this.#call('POST', `/v1/matchers/${matcher}/resume`)) as MatcherView;
  }

  /** Number of shards per matcher; those without an owner under 'nobody'. */
  async owned(): Promise<Record<string, number>> {
    const { data } = await this.shards();
    const counts: Record<string, number> = {};
    for (const { owner } of data) counts[owner ?? 'nobody'] = (counts[owner ?? 'nobody'] ?? 0) + 1;
    return counts;
  }

  async #call(method: string, path: string): Promise<unknown> {
    const response = await fetch(this.#url + path, {
      method,
      headers: { authorization: this.#authorization },
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}
