import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_SHARDS_PER_REREAD } from '#libs/contracts';
import type { ShardClaim, ShardKey } from '#libs/ownership';
import { OutageLog, type Logger } from '#libs/service';

/** How long a process waits between two rereads, machine time: so often at most can false hints make it read. */
const REREAD_PAUSE_MS = 50;
/** How many hinted shards wait to be read again; with more the whole map is read instead. */
const MAX_WAITING_SHARDS = 1_024;

interface HintedShardsParts {
  logger: Logger;
  reread: (shards: readonly ShardKey[]) => Promise<readonly ShardClaim[]>;
}

interface HintedShardsEffects {
  learn: (claims: readonly ShardClaim[]) => void;
  overflow: () => void;
}

/** Rereads hinted shards from the source, one batch after the other. The first hint is followed at once. */
export class HintedShards {
  readonly #parts: HintedShardsParts;
  readonly #effects: HintedShardsEffects;
  readonly #outage: OutageLog;
  readonly #waiting = new Set<ShardKey>();
  #nextBatch: Promise<void> | undefined;
  #lastReadAtMs = -REREAD_PAUSE_MS;
  #stopped = false;

  constructor(parts: HintedShardsParts, effects: HintedShardsEffects) {
    this.#parts = parts;
    this.#effects = effects;
    this.#outage = new OutageLog(parts.logger, 'rereading shards');
  }

  /**
   * Resolves when the next batch has been read, or could not be: the shards are in it, unless very many wait. Never throws.
   */
  async reread(shards: Iterable<ShardKey>): Promise<void> {
    for (const shard of shards) this.#waiting.add(shard);
    if (this.#waiting.size > MAX_WAITING_SHARDS) {
      this.#waiting.clear();
      return this.#effects.overflow();
    }
    await (this.#nextBatch ??= this.#readBatch());
  }

  stop(): void {
    this.#stopped = true;
  }

  async #readBatch(): Promise<void> {
    const waitMs = this.#lastReadAtMs + REREAD_PAUSE_MS - performance.now();
    // Never runs on in the caller's turn: hints that arrive together are read together.
    await (waitMs > 0 ? sleep(waitMs) : Promise.resolve());
    this.#nextBatch = undefined;
    if (this.#stopped) return;
    this.#lastReadAtMs = performance.now();
    const batch = [...this.#waiting].slice(0, MAX_SHARDS_PER_REREAD);
    for (const shard of batch) this.#waiting.delete(shard);
    if (this.#waiting.size > 0) this.#nextBatch = this.#readBatch();
    try {
      this.#effects.learn(await this.#parts.reread(batch));
      this.#outage.worked();
    } catch (error) {
      // The periodic read of the whole map follows; a hint may be lost anyway.
      this.#outage.failed(error);
    }
  }
}
