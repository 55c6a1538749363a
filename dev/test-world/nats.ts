import { startNats, type NatsNode } from '../nats/start-nats.ts';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import type { SupervisedChild } from '../process/supervised-child.ts';

export interface TestNats {
  readonly url: string;
  readonly urls: readonly string[];
  /** The server processes, to be paused or killed. */
  readonly servers: readonly SupervisedChild[];
  /** The same with what restarts them. */
  readonly nodes: readonly NatsNode[];
  stop(): Promise<void>;
}

/** A nats-server of one's own, or several clustered ones. */
export async function testNats(servers = 1): Promise<TestNats> {
  const directory = temporaryDirectory('test-nats');
  const nats = await startNats({ directory: directory.path, servers });
  return {
    url: nats.urls.join(','),
    urls: nats.urls,
    get servers() {
      return nats.servers;
    },
    nodes: nats.nodes,
    stop: async () => {
      await nats.stop();
      directory.remove();
    },
  };
}
