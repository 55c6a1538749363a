import type { OperationExample } from './example.ts';
import { IDS } from './values.ts';

export const ISSUER_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  issueToken: {
    request: { role: 'rider', subject: IDS.rider, ttl_s: 3_600 },
    answer: {
      token: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJyaWRlciJ9.c2ln',
      subject: IDS.rider,
      expires_in_s: 3_600,
    },
  },
  getKeys: {
    answer: {
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
          y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
          kid: '2026-03',
          alg: 'ES256',
          use: 'sig',
        },
      ],
    },
  },
};
