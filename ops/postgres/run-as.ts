import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UserError } from '../command-line/user-error.ts';

const run = promisify(execFile);

/** The users that are tried when we run as root, as which Postgres refuses to run. */
const UNPRIVILEGED = ['postgres', 'nobody'] as const;

/** The system user a server runs as; empty to run as ourselves. */
export interface RunAs {
  uid?: number;
  gid?: number;
}

export async function postgresUser(): Promise<RunAs> {
  if (process.getuid?.() !== 0) return {};
  for (const name of UNPRIVILEGED) {
    const ids = await idsOf(name);
    if (ids !== undefined) return ids;
  }
  throw new UserError(
    `Postgres does not run as root, and there is no user ${UNPRIVILEGED.join(' or ')} to run it as`,
  );
}

async function idsOf(name: string): Promise<RunAs | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** Gives a tree to the user that Postgres runs as. */
export async function giveTo(user: RunAs, path: string): Promise<void> {
  if (user.uid === undefined) return;
  await run('chown', ['-R', `${user.uid}:${user.gid}`, path]);
}

/** Whether the user may pass through this directory and its parents. */
export async function mayEnter(directory: string, user: RunAs): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'test -x "$1"', 'sh', directory], { ...user, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}
