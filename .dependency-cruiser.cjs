/** The import rules that ARCHITECTURE.md promises: which part may import which. */
const PURE = '^libs/(trip|geo|dispatch|ownership|random|ride-times)/';
module.exports = {
  forbidden: [
    {
      name: 'pure-libs-import-only-pure-libs',
      comment:
        'Decisions are deterministic: no I/O, no service code, no wire schemas. A lib that PURE does not name is not pure.',
      severity: 'error',
      from: { path: PURE, pathNot: '\\.test\\.ts$' },
      // csv-parse nests the conditions of its exports, which the resolver does not follow.
      to: { pathNot: [PURE, 'node_modules/', '^csv-parse/sync$'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'pure-libs-touch-no-node-core',
      comment: 'No clock, file, network or process inside a decision.',
      severity: 'error',
      from: { path: PURE, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-libs-use-h3-and-csv-parse-only',
      comment: 'csv-parse/sync reads a text: no I/O.',
      severity: 'error',
      from: { path: PURE, pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/', pathNot: 'node_modules/(h3-js|csv-parse)/' },
    },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'pages-run-in-browsers',
      comment:
        'The page of the console imports its own files, the protocol that it shares with its server, and types of the contracts: no server code.',
      severity: 'error',
      from: { path: '^apps/console/web/', pathNot: '(vite\\.config\\.ts|\\.test\\.ts)$' },
      to: {
        path: '^(apps|libs|ops|dev|proof|load|test)/',
        pathNot: '^apps/console/(web|protocol)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'protocol-runs-anywhere',
      comment: 'Page and server share it: no Node, no server code.',
      severity: 'error',
      from: { path: '^apps/console/protocol/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^apps/console/protocol/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'libs-never-import-upwards',
      severity: 'error',
      comment: 'Tests may import dev/: it starts the real nats-server and Postgres they run against.',
      from: { path: '^libs/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(apps|packages|ops|dev|proof|load|test)/' },
    },
    {
      name: 'libs-are-entered-by-their-index',
      comment:
        'A lib offers what its index.ts exports. Fixtures build internal records of libs, so they may import past it.',
      severity: 'error',
      from: { path: '^(apps|ops|dev|proof|load|test)/', pathNot: '^dev/fixtures/' },
      to: { path: '^libs/[^/]+/(?!index\\.ts$)' },
    },
    {
      name: 'libs-enter-each-other-by-index',
      comment: 'A lib imports another lib as an app does: by its index.ts.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/[^/]+/(?!index\\.ts$)', pathNot: '^libs/$1/' },
    },
    {
      name: 'libs-are-imported-by-name',
      comment: 'As #libs/<name>, never by a path to its index: the name works from sources and from dist/.',
      severity: 'error',
      from: { path: '^(apps|ops|dev|proof|load|test)/', pathNot: '^dev/fixtures/' },
      to: { path: '^libs/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'libs-import-each-other-by-name',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/$1/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'packages-stand-alone',
      comment:
        'A package is published: it imports nothing of this repository but itself, and nothing of Node.js.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^packages/$1/' },
    },
    {
      name: 'packages-are-imported-by-name',
      comment: 'As #sdk, as its users have it: by its index.ts.',
      severity: 'error',
      from: { path: '^(apps|libs|ops|dev|proof|load|test)/' },
      to: { path: '^packages/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'only-trips-knows-postgres',
      comment: 'Only `trips` connects to Postgres; every other process sends it commands.',
      severity: 'error',
      from: { path: '^apps/(?!trips/)' },
      to: { path: '(^libs/store/|node_modules/pg/)' },
    },
    {
      name: 'ops-never-imports-dev',
      comment:
        "Operators' commands run without the development set-up; the migrate image contains only ops/ and libs/.",
      severity: 'error',
      from: { path: '^ops/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(apps|dev|proof|load|test)/' },
    },
    {
      name: 'benchmark-matchers-know-what-they-are-told',
      comment:
        "A matcher of the benchmark may not see recorded durations, true positions or the future: what it knows comes through told.ts, as a live one's.",
      severity: 'error',
      from: { path: '^proof/bench/quality/matcher/' },
      to: { path: '^proof/bench/quality/(?!matcher/)' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^packages/sdk/dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
