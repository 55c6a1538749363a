import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { CertificateFiles } from './certificates.ts';

interface Call {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  timeoutMs: number;
}

export interface Answer {
  status: number;
  text: string;
}

/** Who calls: the authority it trusts, and the certificate it shows, if any. */
export type Caller = Pick<CertificateFiles, 'caFile'> & Partial<CertificateFiles>;

/** One HTTPS request by a connection of its own, which may show a certificate; `fetch` shows none. */
export async function secureCall(url: string, caller: Caller, call: Call): Promise<Answer> {
  const { caFile, certFile, keyFile } = caller;
  const { method = 'GET', headers, body, timeoutMs } = call;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent: false,
        method,
        headers,
        ca: readFileSync(caFile),
        ...(certFile !== undefined && { cert: readFileSync(certFile) }),
        ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
        signal: AbortSignal.timeout(timeoutMs),
      },
      (answer) => {
        text(answer).then((content) => resolve({ status: answer.statusCode ?? 0, text: content }), reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
