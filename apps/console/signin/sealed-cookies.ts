import { randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply } from 'fastify';
import { compactDecrypt, CompactEncrypt } from 'jose';
import type { z } from 'zod';

/** How long a part of a sealed value may be: browsers keep cookies of up to 4,096 bytes with name and attributes. */
const PART_LENGTH = 3_600;
/** In how many cookies a sealed value may be: tokens of some providers have 8 kB, and servers bound all headers to 16 kB. */
const MAX_PARTS = 3;
/** How long a key that is made here is: AES-256. */
const KEY_BYTES = 32;

/** A request, or an upgrade. */
export interface WithCookies {
  readonly headers: { readonly cookie?: string | undefined };
}

/** Where and for how long a cookie is kept. */
export interface CookieScope {
  path: string;
  maxAgeS: number;
}

/** Values that the browser keeps for this server, encrypted and authenticated (JWE, A256GCM): it can read and change none. */
export class SealedCookies {
  readonly #key: Uint8Array;
  readonly #secure: boolean;

  /** @param key base64url; undefined: a new one, so that values end with the process */
  constructor(key: string | undefined, isSecure: boolean) {
    this.#key = key === undefined ? randomBytes(KEY_BYTES) : Buffer.from(key, 'base64url');
    this.#secure = isSecure;
  }

  /** Throws a RangeError if the value is too long for a browser. */
  async set(reply: FastifyReply, name: string, value: unknown, scope: CookieScope): Promise<void> {
    const sealed = await new CompactEncrypt(Buffer.from(JSON.stringify(value)))
      // The name is part of what is sealed: a value cannot be passed off as that of another cookie.
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: name })
      .encrypt(this.#key);
    const parts = sealed.match(new RegExp(`.{1,${PART_LENGTH}}`, 'g')) ?? [];
    if (parts.length > MAX_PARTS) throw new RangeError(`a sealed cookie of ${sealed.length} characters`);
    for (let index = 0; index < MAX_PARTS; index++)
      this.#write(reply, `${name}.${index}`, parts[index], scope);
  }

  /** Undefined if there is none, if it is of another key, or if it does not have the schema. */
  async read<S extends z.ZodType>(
    request: WithCookies,
    name: string,
    schema: S,
  ): Promise<z.output<S> | undefined> {
    const cookies = parseCookie(request.headers.cookie ?? '');
    let sealed = '';
    for (let index = 0; index < MAX_PARTS; index++) sealed += cookies[`${name}.${index}`] ?? '';
    if (sealed === '') return undefined;
    try {
      const { plaintext, protectedHeader } = await compactDecrypt(sealed, this.#key);
      if (protectedHeader['kid'] !== name) return undefined;
      return schema.safeParse(JSON.parse(Buffer.from(plaintext).toString())).data;
    } catch {
      return undefined;
    }
  }

  clear(reply: FastifyReply, name: string, path: string): void {
    for (let index = 0; index < MAX_PARTS; index++)
      this.#write(reply, `${name}.${index}`, undefined, { path, maxAgeS: 0 });
  }

  #write(reply: FastifyReply, name: string, value: string | undefined, { path, maxAgeS }: CookieScope): void {
    const cookie = stringifySetCookie({
      name,
      value: value ?? '',
      httpOnly: true,
      sameSite: 'lax',
      secure: this.#secure,
      path,
      maxAge: value === undefined ? 0 : maxAgeS,
    });
    void reply.header('set-cookie', cookie);
  }
}
