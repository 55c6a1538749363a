/** Returns undefined while the part works, otherwise the reason why not. */
export type HealthCheck = () => Promise<string | undefined> | string | undefined;

export interface HealthReport {
  status: 'ok' | 'unavailable';
  checks: Record<string, string>;
}

/** How long a health check may take before it counts as failed. */
const CHECK_LIMIT_MS = 2_000;

/** Collects the checks that make a process ready; `/health/ready` runs them all. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();
  #draining = false;

  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  /** Reports the process as not ready, so that load balancers avoid it while it finishes open work. */
  drain(): void {
    this.#draining = true;
  }

  get draining(): boolean {
    return this.#draining;
  }

  async report(): Promise<HealthReport> {
    const entries = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await bounded(check)] as const),
    );
    if (this.#draining) entries.push(['drain', 'shutting down']);
    const failed = entries.some(([, complaint]) => complaint !== undefined);
    return {
      status: failed ? 'unavailable' : 'ok',
      checks: Object.fromEntries(entries.map(([name, complaint]) => [name, complaint ?? 'ok'])),
    };
  }
}

async function bounded(check: HealthCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_LIMIT_MS} ms`), CHECK_LIMIT_MS);
  });
  try {
    return await Promise.race([check(), limit]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
