import { expect, test } from 'vitest';
import { deployedEnvironment, filledIn, parseEnvironment } from './deployed-files.ts';
import { isWhole, leaderOf } from './cluster-view.ts';

test('an environment file is NAME=value lines and comments', () => {
  expect(parseEnvironment('# a=b\nONE=1\n\nURL=http://x?y=z\nEMPTY=\n')).toEqual({
    ONE: '1',
    URL: 'http://x?y=z',
    EMPTY: '',
  });
});

test('a host provides exactly the variables of the example', () => {
  const values = deployedEnvironment('etcd-host.env.example');
  expect(filledIn('etcd-host.env.example', values)).toEqual(values);
  const { ETCD_NAME: _, ...without } = values;
  expect(() => filledIn('etcd-host.env.example', without)).toThrow('ETCD_NAME');
  expect(() => filledIn('etcd-host.env.example', { ...values, MORE: 'x' })).toThrow('MORE');
});

test('the examples hold no password', () => {
  const secrets = Object.entries(deployedEnvironment('host.env.example')).filter(([name]) =>
    name.endsWith('_PASSWORD'),
  );
  expect(secrets.length).toBeGreaterThan(3);
  expect(secrets.filter(([, value]) => value !== '')).toEqual([]);
});

test('a cluster is whole when all but a running leader stream, and count', () => {
  const leader = { name: 'pg1', role: 'leader', state: 'running' };
  const standby = (name: string, role = 'quorum_standby', state = 'streaming') => ({ name, role, state });
  expect(isWhole([leader, standby('pg2'), standby('pg3')], 3)).toBe(true);
  expect(isWhole([leader, standby('pg2')], 3)).toBe(false);
  expect(isWhole([leader, standby('pg2'), standby('pg3', 'replica')], 3)).toBe(false);
  expect(isWhole([leader, standby('pg2'), standby('pg3', 'quorum_standby', 'starting')], 3)).toBe(false);
  expect(leaderOf([{ ...leader, state: 'stopped' }, standby('pg2')])).toBeUndefined();
});
