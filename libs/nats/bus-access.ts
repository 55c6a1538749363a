import { readFileSync } from 'node:fs';
import {
  credsAuthenticator,
  nkeyAuthenticator,
  nkeys,
  usernamePasswordAuthenticator,
  type Authenticator,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import type { BusRole } from '#libs/contracts';
import { BusAccessError } from './bus-access-error.ts';
import { inboxPrefixOf } from './permissions.ts';
import { checkTlsFiles, type BusTls } from './tls-files.ts';

/** Where the nats-servers are, and how a process identifies itself to them. */
export interface BusAccess {
  /** `nats://` or `tls://` URLs; a user and password in them identify the process, if nothing below does. */
  servers: readonly string[];
  /** Decides the inbox; undefined for tests and tools that speak as nobody in particular. */
  role?: BusRole;
  /** The private half of the role's NKey, `SU…`; a function is asked at every connection, so that the key can be renewed. */
  nkeySeed?: string | (() => string | undefined) | undefined;
  /** A `.creds` file of an operator with accounts; read again at every connection, so that it can be renewed. */
  credsFile?: string | undefined;
  tls?: BusTls;
}

type AccessOptions = Pick<NodeConnectionOptions, 'inboxPrefix' | 'authenticator' | 'tls'> & {
  servers: string[];
};

/** The part of the client's options that an access decides. Throws {@link BusAccessError} if it contradicts itself. */
export function accessOptions(access: BusAccess): AccessOptions {
  const servers = access.servers.map((server) => withScheme(server));
  const authenticator = authenticatorOf(access, servers);
  const tls = tlsOf(access, servers);
  return {
    servers: servers.map(({ host }) => host),
    ...(access.role !== undefined && { inboxPrefix: inboxPrefixOf(access.role) }),
    ...(authenticator !== undefined && { authenticator }),
    ...(tls !== undefined && { tls }),
  };
}

function withScheme(server: string): URL {
  const text = server.includes('://') ? server : `nats://${server}`;
  if (!URL.canParse(text)) throw new BusAccessError('HAILGRID_NATS_URLS: not a URL such as nats://host:4222');
  return new URL(text);
}

/** One identity, never a choice: a key beside a password would hide which of the two the server has accepted. */
function authenticatorOf(
  { nkeySeed: given, credsFile }: BusAccess,
  servers: readonly URL[],
): Authenticator | undefined {
  const seedNow = typeof given === 'function' ? given : () => given;
  const nkeySeed = seedNow();
  const logins = new Set(servers.map(({ username, password }) => `${username}:${password}`));
  if (logins.size > 1) {
    throw new BusAccessError('HAILGRID_NATS_URLS: every server must have the same user and password');
  }
  const [{ username, password } = { username: '', password: '' }] = servers;
  const ways = [nkeySeed !== undefined, credsFile !== undefined, username !== ''].filter(Boolean).length;
  if (ways > 1) {
    throw new BusAccessError(
      'give one identity for NATS: HAILGRID_NATS_NKEY_SEED, HAILGRID_NATS_CREDS_FILE, or a user in HAILGRID_NATS_URLS',
    );
  }
  if (nkeySeed !== undefined) return nkeyAuthenticator(latestSeed(nkeySeed, seedNow));
  if (credsFile !== undefined) return (nonce) => credsAuthenticator(readFileSync(credsFile))(nonce);
  if (username === '') return undefined;
  return usernamePasswordAuthenticator(decodeURIComponent(username), decodeURIComponent(password));
}

/** The present seed; while that is none, such as in a file that is being written, the one before. */
function latestSeed(first: string, seedNow: () => string | undefined): () => Uint8Array {
  let latest = checkedSeed(first);
  return () => {
    try {
      latest = checkedSeed(seedNow() ?? '');
    } catch (error) {
      if (!(error instanceof BusAccessError)) throw error;
    }
    return latest;
  };
}

/** A mistyped seed fails here and not at each connection. */
function checkedSeed(seed: string): Uint8Array {
  const bytes = new TextEncoder().encode(seed.trim());
  try {
    nkeys.fromSeed(bytes);
  } catch (error) {
    throw new BusAccessError('HAILGRID_NATS_NKEY_SEED: not the seed of an NKey', { cause: error });
  }
  return bytes;
}

/** TLS is used if a server's URL asks for it or a file is given for it; then the client refuses a plain server. */
function tlsOf({ tls = {} }: BusAccess, servers: readonly URL[]): NodeConnectionOptions['tls'] | undefined {
  checkTlsFiles(tls);
  const { caFile, certFile, keyFile } = tls;
  const wanted =
    servers.some(({ protocol }) => protocol === 'tls:') || caFile !== undefined || certFile !== undefined;
  if (!wanted) return undefined;
  return {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && keyFile !== undefined && { certFile, keyFile }),
  };
}
