import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest, RequestPayload } from 'fastify';
import { HailgridError, MAX_BODY_BYTES } from '#libs/contracts';

const inflate = promisify(gunzip);

/** Values of Content-Encoding that name gzip; `x-gzip` is its old name (RFC 9110, 8.4.1.3). */
const GZIP = new Set(['gzip', 'x-gzip']);

/**
 * Reads the bodies of requests as JSON, plain or in gzip. An empty body is none, whatever the Content-Type: many clients
 * send the header with each request.
 */
export function readBodies(http: FastifyInstance): void {
  const parseJson = http.getDefaultJsonParser('error', 'error');
  http.removeContentTypeParser(['text/plain', 'application/json']);
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    try {
      void parseJson(request, textOf(body as Buffer, request.headers['content-type']), done);
    } catch (error) {
      done(error as Error);
    }
  });
  // curl and fetch name a type of their own for an empty body, also in chunks.
  http.addContentTypeParser('*', async ({ headers }: FastifyRequest, payload: RequestPayload) => {
    if ((headers['content-length'] ?? '0') === '0' && (await isEmpty(payload))) return undefined;
    throw new HailgridError('unsupported_media_type', String(headers['content-type']));
  });
  http.addHook('preParsing', async (request, reply, payload) => {
    const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (coding === 'identity' || coding === '') return payload;
    if (GZIP.has(coding)) return inflated(payload);
    void reply.header('accept-encoding', 'gzip');
    throw new HailgridError('unsupported_media_type', `Content-Encoding: ${coding}`, {
      detail: 'Content-Encoding must be gzip or absent',
    });
  });
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)/i;
/** Charsets whose bytes are UTF-8. JSON between systems has no other (RFC 8259, 8.1). */
const UTF_8 = new Set(['utf-8', 'utf8', 'us-ascii']);

/** The text of a JSON body. Bytes that are not UTF-8 are refused: read as another letter, a name would change. */
function textOf(body: Buffer, contentType = ''): string {
  const charset = CHARSET.exec(contentType)?.[1]?.toLowerCase();
  if (charset !== undefined && !UTF_8.has(charset))
    throw new HailgridError('unsupported_media_type', contentType, {
      detail: 'The charset of application/json must be utf-8 or absent',
    });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (cause) {
    throw new HailgridError('malformed_json', String(cause), { detail: 'The body is not UTF-8', cause });
  }
}

/** Reads up to the first byte. */
async function isEmpty(payload: RequestPayload): Promise<boolean> {
  for await (const chunk of payload.iterator({ destroyOnReturn: false }))
    if ((chunk as Buffer).length > 0) return false;
  return true;
}

/** The body out of gzip. Neither its bytes nor what they inflate to may exceed {@link MAX_BODY_BYTES}. */
async function inflated(payload: RequestPayload): Promise<RequestPayload> {
  const bytes = await bytesOf(payload);
  const body = bytes.length === 0 ? bytes : await unzip(bytes);
  // Fastify compares this with Content-Length.
  return Object.assign(Readable.from([body], { objectMode: false }), { receivedEncodedLength: bytes.length });
}

async function bytesOf(payload: RequestPayload): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // A plain loop would destroy the socket when it ends early, and with it the answer.
  for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MAX_BODY_BYTES) throw new HailgridError('payload_too_large', 'gzip body');
  }
  return Buffer.concat(chunks);
}

async function unzip(bytes: Buffer): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: MAX_BODY_BYTES });
  } catch (cause) {
    if (cause instanceof RangeError) throw new HailgridError('payload_too_large', 'inflated body', { cause });
    throw new HailgridError('invalid_request', String(cause), { detail: 'The body is not gzip', cause });
  }
}
