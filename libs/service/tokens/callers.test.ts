import { describe, expect, test, vi } from 'vitest';
import { newId } from '#libs/contracts';
import { Callers } from './callers.ts';
import type { IdentityLookup } from './identity-cache.ts';
import { IdentityCache } from './identity-cache.ts';
import type { AccessToken } from './token-verifier.ts';

const UUID = '01890a5d-ac96-774b-bcce-b302099a8057';

function token(change: Partial<AccessToken>): AccessToken {
  return {
    issuer: 'https://id.example.com',
    subject: 'auth0|1',
    roles: ['rider', 'driver'],
    scopes: [],
    expiresAtMs: 1,
    text: 'a.b.c',
    ...change,
  };
}

const people = (subjectIsId: boolean) => new Callers(async () => UUID, { subjectIsId });

describe('a caller', () => {
  test('has an id for each role of its token, with one UUID', async () => {
    const rider = await people(false).of(token({}), 'rider');
    const driver = await people(false).of(token({}), 'driver');
    expect(rider).toMatchObject({ subject: 'auth0|1', token: 'a.b.c', role: 'rider' });
    expect([rider.id, driver.id]).toEqual(
      ['rider', 'driver'].map((role) => `${role}_01h455vb4pex5vsknk084sn02q`),
    );
  });

  test('has its subject as id only where subjects are ids', async () => {
    const subject = newId('rider');
    const lookUp = vi.fn<IdentityLookup>(async () => UUID);
    expect((await new Callers(lookUp, { subjectIsId: true }).of(token({ subject }), 'rider')).id).toBe(
      subject,
    );
    expect(lookUp).not.toHaveBeenCalled();
    expect((await new Callers(lookUp, { subjectIsId: false }).of(token({ subject }), 'rider')).id).not.toBe(
      subject,
    );
  });

  test.each([
    ['has another role than the call needs', token({ roles: ['driver'] }), 'forbidden'],
    ['has no role', token({ roles: [] }), 'forbidden'],
    ['is the id of another role', token({ roles: ['rider'], subject: newId('driver') }), 'unauthenticated'],
    ['is the id of its other role', token({ subject: newId('driver') }), 'forbidden'],
    ['looks like an id and is none', token({ subject: 'rider_1' }), 'unauthenticated'],
  ])('whose token %s is refused', async (_, bad, code) => {
    await expect(people(true).of(bad, 'rider')).rejects.toMatchObject({ code });
  });
});

describe('identities', () => {
  const [ana, bo, cy] = ['ana', 'bo', 'cy'].map((subject) => ({ issuer: 'us', subject }));

  test('are looked up once, also by those who ask at once; a failure is not kept', async () => {
    const lookUp = vi.fn<IdentityLookup>(async () => UUID).mockRejectedValueOnce(new Error('away'));
    const cache = new IdentityCache(lookUp);
    await expect(cache.uuidOf(ana!)).rejects.toThrow('away');
    await Promise.all(Array.from({ length: 100 }, () => cache.uuidOf(ana!)));
    await cache.uuidOf(ana!);
    expect(lookUp).toHaveBeenCalledTimes(2);
  });

  test('beyond the bound the one that was not used for longest is forgotten', async () => {
    const lookUp = vi.fn<IdentityLookup>(async () => UUID);
    const cache = new IdentityCache(lookUp, 2);
    for (const person of [ana!, bo!, ana!, cy!, ana!]) await cache.uuidOf(person);
    expect(lookUp).toHaveBeenCalledTimes(3);
    await cache.uuidOf(bo!);
    expect(lookUp).toHaveBeenCalledTimes(4);
  });

  test('of two issuers are two, whatever their names contain', async () => {
    const lookUp = vi.fn<IdentityLookup>(async () => UUID);
    const cache = new IdentityCache(lookUp);
    await cache.uuidOf({ issuer: 'a","b', subject: 'c' });
    await cache.uuidOf({ issuer: 'a', subject: 'b","c' });
    expect(lookUp).toHaveBeenCalledTimes(2);
  });
});
