import { apiTitle, hasStream, type ApiName } from '#libs/contracts';

/**
 * What the page of the reference may load and call: its own service. The renderer makes its styles as it runs, hence
 * `unsafe-inline` for styles; scripts only come from files.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** All addresses are relative, so that the page also works below the path of a proxy. */
export function referencePage(api: ApiName): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${apiTitle(api)}</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="reference"></div>
    <noscript>The documents themselves: <a href="openapi.json">openapi.json</a>${
      hasStream(api) ? ' and <a href="asyncapi.json">asyncapi.json</a>' : ''
    }.</noscript>
    <script src="docs/scalar.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;
}

/** Shows the documents of the API. All that would call its makers' services is off. */
export function startScript(api: ApiName): string {
  const configuration = {
    sources: [
      { title: 'REST', slug: 'rest', url: 'openapi.json', default: true },
      ...(hasStream(api) ? [{ title: 'WebSocket', slug: 'stream', url: 'asyncapi.json' }] : []),
    ],
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    persistAuth: false,
  };
  return `Scalar.createApiReference('#reference', ${JSON.stringify(configuration)});\n`;
}
