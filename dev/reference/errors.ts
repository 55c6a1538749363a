import { ERRORS } from '#libs/contracts';
import { code, markdownPage, markdownTable } from './markdown-page.ts';

const INTRODUCTION = `Every error of the APIs, from \`ERRORS\` in \`libs/contracts/errors.ts\`. Over HTTP an error is
\`application/problem+json\` with \`code\`, \`status\` and \`title\`; over a WebSocket it is an \`error\` frame with the same body. The code
is stable. \`Retry-After\` is in seconds.`;

export function errorsPage(): Promise<string> {
  const rows = Object.entries(ERRORS).map(([name, spec]) => [
    code(name),
    String(spec.status),
    spec.title,
    'retryAfterS' in spec ? String(spec.retryAfterS) : '',
  ]);
  return markdownPage(
    'Errors',
    INTRODUCTION,
    markdownTable(['code', 'status', 'title: when it occurs', 'Retry-After'], rows),
  );
}
