import { createHash } from 'node:crypto';
import type { AuthorizationQuery } from '#libs/contracts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { PERSONS } from './played-persons.ts';

const STYLE = `
:root { color-scheme: light dark; --back: #f4f5f7; --card: #fff; --ink: #16181d; --dim: #555c68; --line: #767d8a;
  --warn: #7a4b00; --warn-back: #fff3d6; --key: #1d4ed8; }
@media (prefers-color-scheme: dark) { :root { --back: #111318; --card: #1b1e25; --ink: #eceef2; --dim: #a9b0bd;
  --line: #868e9c; --warn: #ffd98a; --warn-back: #3a2c0c; --key: #8fb2ff; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--back);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 1.5rem; background: var(--card); border-radius: .75rem;
  box-shadow: 0 1px 8px #0003; overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.4rem; }
p { margin: 0 0 1rem; color: var(--dim); }
.kind { display: inline-block; margin: 0 0 .75rem; padding: .1rem .6rem; border-radius: 1rem; color: var(--warn);
  background: var(--warn-back); font-size: .875rem; font-weight: 600; }
label { display: block; font-weight: 600; }
input[type=text] { width: 100%; margin: .25rem 0; padding: .6rem; font: inherit; color: inherit; background: var(--back);
  border: 1px solid var(--line); border-radius: .5rem; }
small { display: block; margin-bottom: 1rem; color: var(--dim); }
button { display: block; width: 100%; margin-top: .6rem; padding: .7rem 1rem; font: inherit; text-align: left; color: inherit;
  background: var(--back); border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
button b { display: block; }
button:hover { border-color: var(--key); }
button:focus-visible, input:focus-visible { outline: 3px solid var(--key); outline-offset: 2px; }
button span { color: var(--dim); font-size: .9rem; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

/** The page that asks whom to sign in as: one form, with the request in hidden fields and a button per person. */
export function signInPage({ offered, target }: AuthorizationRequest, query: AuthorizationQuery): Page {
  const hidden = Object.entries(query).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value ?? '')}">`,
  );
  const buttons = offered.map((person) => {
    const { label, what } = PERSONS[person];
    return `<button name="person" value="${person}"><b>${label}</b><span>${what}</span></button>`;
  });
  const html = htmlOf(
    'Sign in',
    `<p>to <b>${escapeHtml(query.client_id)}</b> at ${escapeHtml(target.host)}</p>
<form method="post" action="authorize">
${hidden.join('\n')}
<label for="as">Name (optional)</label>
<input type="text" id="as" name="as" maxlength="40" autocomplete="off" spellcheck="false" aria-describedby="as-what">
<small id="as-what">The same name is the same person again. Without a name you are somebody new.</small>
${buttons.join('\n')}
</form>`,
  );
  return { html, contentSecurityPolicy: policyOf(formTargetOf(target)) };
}

export function signedOutPage(): Page {
  return {
    html: htmlOf('Signed out', '<p>You can close this page.</p>'),
    contentSecurityPolicy: policyOf("'none'"),
  };
}

function htmlOf(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · development issuer</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<div class="kind">Development issuer: anybody may be anyone</div>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`;
}

/** No scripts, no frames, nothing from elsewhere. */
function policyOf(formTargets: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    `form-action ${formTargets}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Browsers apply form-action to the redirect after a form as well. A policy cannot name an IPv6 address. */
function formTargetOf({ origin, hostname, protocol }: URL): string {
  return `'self' ${hostname.startsWith('[') ? protocol : origin}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text between tags and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
