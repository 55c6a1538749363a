import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunReport } from '#libs/contracts';
import { reportPage } from './run-report.ts';

const reportOf = (command: string): RunReport => ({
  command,
  started_at: '2026-01-01T00:00:00Z',
  rows: [['served', '3']],
  processes: [{ name: 'trips-1', rss_mb: 100, cpu_s: 2 }],
  notes: [],
  numbers: {
    at_s: [5, 10],
    charts: [
      { id: 'pings', title: 'Pings', unit: 'per_s', series: [{ name: 'accepted', values: [1, null] }] },
    ],
  },
});
const parts = { script: 'show("</script><!--<script>")', style: 'p{}' };

/** The elements of HTML that end what is inside a script, or begin to hide its end. */
const HOSTILE = ['</script>', '</SCRIPT ', '<!--', '<script', ']]>', '\u2028', '&lt;', '"', '\\', '`', '$&'];

test('the report holds its data whatever it contains', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string())), (pieces) => {
      const report = reportOf(pieces.join(''));
      const page = reportPage(report, parts);
      const data = /<script type="application\/json" id="run">([^<]*)<\/script>/.exec(page)?.[1];
      expect(JSON.parse(data ?? '')).toEqual(report);
      expect(page.match(/<\/script/gi)).toHaveLength(2);
      expect(page).not.toContain('<!--');
    }),
  );
});

test('the report asks for nothing outside of itself', () => {
  const page = reportPage(reportOf('npm start'), parts);
  expect(page).toContain(`content="default-src 'none';`);
  expect(page).not.toMatch(/https?:|(src|href)=|url\(|@import/);
});
