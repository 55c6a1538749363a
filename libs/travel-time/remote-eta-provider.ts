import { bulkhead } from 'cockatiel';
import {
  checkSparseQuestion,
  type EtaProvider,
  type EtaTable,
  type Point,
  type SparseEtaQuestion,
} from '#libs/geo';
import { blocksOf, halvesOf, type Block } from './blocks.ts';
import type { EngineBreaker } from './engine-breaker.ts';
import { EngineRefusal } from './engine-refusal.ts';
import type { MatrixSource } from './matrix-source.ts';
import type { TravelTimeMetrics } from './travel-time-metrics.ts';

/** How many matrices of a question are with the routing engine at once; the next ones wait. */
export const MAX_MATRICES_AT_ONCE = 8;
/**
 * How many refused matrices of a question are divided: enough for a dozen refused places. What is refused beyond it is
 * estimated by straight-line distance, so that a city outside the engine's map does not flood the engine.
 */
export const MAX_REFUSALS_PER_QUESTION = 128;

export interface RemoteEtaOptions {
  readonly source: MatrixSource;
  readonly breaker: EngineBreaker;
  /** Time limit for a whole question, machine time. */
  readonly timeoutMs: number;
  /** Used for pairs that the source has not answered. */
  readonly fallback: EtaTable;
  readonly metrics: TravelTimeMetrics;
}

/**
 * Travel times of a routing engine. The fallback estimates all pairs without a timely answer, so that no round fails or
 * waits because of the engine. A circuit breaker skips an engine that keeps failing. A refused matrix is asked again by
 * halves, so that a refused place costs no other place its time.
 */
export function remoteEtaProvider(options: RemoteEtaOptions): EtaProvider {
  const { source, breaker, timeoutMs, fallback, metrics } = options;
  return {
    etas: async (question, atMs) => {
      checkSparseQuestion(question);
      const seconds = new Float64Array(question.columns.length).fill(NaN);
      const blocks = blocksOf(question, source.maxPlaces);
      if (blocks.length > 0 && breaker.admits()) {
        await new OpenQuestion(question, seconds, options, AbortSignal.timeout(timeoutMs)).ask(blocks);
      } else {
        for (const _ of blocks) metrics.count('open');
      }
      return seconds.some(Number.isNaN) ? filled(seconds, question, fallback, atMs) : seconds;
    },
  };
}

/** A question that is with the engine. */
class OpenQuestion {
  readonly #limit = bulkhead(MAX_MATRICES_AT_ONCE, Infinity);
  #refusals = 0;
  #isAnswered = false;

  constructor(
    private readonly question: SparseEtaQuestion,
    private readonly seconds: Float64Array,
    private readonly options: RemoteEtaOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** Asks for all matrices. Reports one outcome to the breaker, since matrices of one question fail together. */
  async ask(blocks: readonly Block[]): Promise<void> {
    const { breaker, metrics } = this.options;
    await this.#askAll(blocks);
    if (this.#isAnswered) breaker.succeeded();
    else breaker.failed();
    metrics.circuit(breaker.isOpen);
  }

  async #askAll(blocks: readonly Block[]): Promise<void> {
    await Promise.all(
      blocks.map(async (block) => {
        const left = await this.#limit.execute(() => this.#askOnce(block));
        await this.#askAll(left);
      }),
    );
  }

  /** Asks for one matrix. Returns the parts to ask again: the halves of a refused one. */
  async #askOnce(block: Block): Promise<Block[]> {
    const { source, metrics } = this.options;
    const { pickups, origins } = this.question;
    try {
      const rows = await source.secondsBetween(
        block.columns.map((column) => origins[column] as Point),
        block.rows.map((row) => pickups[row] as Point),
        this.signal,
      );
      take(block, rows, this.seconds);
      metrics.count('answered');
      this.#isAnswered = true;
      return [];
    } catch (error) {
      if (error instanceof EngineRefusal) return this.#divide(block, error);
      metrics.count(this.signal.aborted ? 'late' : 'failed');
      return [];
    }
  }

  #divide(block: Block, refusal: EngineRefusal): Block[] {
    this.options.metrics.count('refused');
    this.#isAnswered = true;
    const [pair] = block.pairs;
    if (block.pairs.length === 1 && pair && refusal.reason === 'no_route') this.seconds[pair.pair] = Infinity;
    return ++this.#refusals > MAX_REFUSALS_PER_QUESTION ? [] : halvesOf(block, refusal.place);
  }
}

/** @param rows one per column of the block, with one time per row of the block */
function take(block: Block, rows: readonly (readonly (number | null)[])[], seconds: Float64Array): void {
  const placeOfRow = new Map(block.rows.map((row, place) => [row, place]));
  const placeOfColumn = new Map(block.columns.map((column, place) => [column, place]));
  for (const { pair, row, column } of block.pairs)
    seconds[pair] = rows[placeOfColumn.get(column) ?? 0]?.[placeOfRow.get(row) ?? 0] ?? Infinity;
}

function filled(
  seconds: Float64Array,
  question: SparseEtaQuestion,
  fallback: EtaTable,
  atMs: number,
): Float64Array {
  const estimated = fallback.etas(question, atMs);
  return seconds.map((known, pair) => (Number.isNaN(known) ? (estimated[pair] as number) : known));
}
