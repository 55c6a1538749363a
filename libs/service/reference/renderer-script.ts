import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { fastify } from 'fastify';

/** The script that renders the documents in a browser, packed. Most processes never serve it, so it is read when asked for. */
export function rendererScript(): Promise<Buffer> {
  script ??= readScript().catch((error: unknown) => {
    script = undefined;
    throw error;
  });
  return script;
}
let script: Promise<Buffer> | undefined;

/** The package gives its script to a Fastify only. This one listens nowhere. */
async function readScript(): Promise<Buffer> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const server = fastify();
  await server.register(scalar, { routePrefix: '/reference', configuration: { url: 'unused' } });
  const { statusCode, rawPayload } = await server.inject('/reference/js/scalar.js');
  await server.close();
  if (statusCode !== 200) throw new Error(`the package of the reference has no script: ${statusCode}`);
  return promisify(gzip)(rawPayload);
}

export function unpacked(packed: Buffer): Promise<Buffer> {
  return promisify(gunzip)(packed);
}
