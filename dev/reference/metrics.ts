import ts from 'typescript';
import { code, markdownPage, markdownTable } from './markdown-page.ts';
import { nodesOf, processesOf, productSources } from './source-files.ts';

const INTRODUCTION = `Every process serves its metrics at \`/metrics\` in the Prometheus format, each with the labels \`service\` and
\`instance\`. The metrics of Node.js (\`process_…\`, \`nodejs_…\`) come with them. The code registers them through \`Metrics\`
(\`libs/service/metrics.ts\`).`;

/** The methods of `Metrics`, with the Prometheus type and the position of the argument that names the labels. */
const METHODS: Readonly<Record<string, { type: string; labelsAt: number | null }>> = {
  counter: { type: 'counter', labelsAt: 2 },
  gauge: { type: 'gauge', labelsAt: null },
  gaugeBy: { type: 'gauge', labelsAt: 2 },
  histogram: { type: 'histogram', labelsAt: 3 },
};

interface Metric {
  name: string;
  type: string;
  labels: string[];
  help: string;
  path: string;
}

export function metricsPage(): Promise<string> {
  const sources = productSources();
  const rows = sources
    .flatMap(({ path, syntax }) =>
      [...nodesOf(syntax)].filter(ts.isCallExpression).flatMap((call) => metricOf(call, path) ?? []),
    )
    .map((metric) => ({ ...metric, processes: processesOf(metric.path, sources).join(', ') }))
    .toSorted((a, b) => a.processes.localeCompare(b.processes) || a.name.localeCompare(b.name))
    .map(({ name, type, labels, processes, help }) => [
      code(name),
      type,
      labels.map(code).join(', '),
      processes,
      help,
    ]);
  return markdownPage(
    'Metrics',
    INTRODUCTION,
    markdownTable(['metric', 'type', 'labels', 'process', 'meaning'], rows),
  );
}

function metricOf({ expression, arguments: given }: ts.CallExpression, path: string): Metric | undefined {
  if (!ts.isPropertyAccessExpression(expression) || !/\bmetrics$/.test(expression.expression.getText()))
    return undefined;
  const method = METHODS[expression.name.text];
  if (method === undefined) return undefined;
  const [name, help] = given;
  if (
    name === undefined ||
    help === undefined ||
    !ts.isStringLiteralLike(name) ||
    !ts.isStringLiteralLike(help)
  )
    throw new Error(
      `${path}: name and help of a metric must be texts, not ${given[0]?.getText() ?? 'nothing'}`,
    );
  const labels = method.labelsAt === null ? undefined : given[method.labelsAt];
  return {
    name: `hailgrid_${name.text}`,
    type: method.type,
    labels:
      labels === undefined ? [] : [...nodesOf(labels)].filter(ts.isStringLiteral).map(({ text }) => text),
    help: help.text,
    path,
  };
}
