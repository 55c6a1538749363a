import { expect, test } from 'vitest';
import { summarize } from './summary.ts';

test('a trend shows its percentiles and whether its threshold was met', () => {
  const values = { med: 12.34, 'p(95)': 300.4, 'p(99)': 412, max: 500 };
  const text = summarize({
    metrics: { 'http_req_duration{name:quote}': { values, thresholds: { 'p(95)<250': { ok: false } } } },
  });
  expect(text).toContain('med 12 ms  p(95) 300 ms  p(99) 412 ms  max 500 ms  ✗ p(95)<250');
});

test('a rate shows its share and its counts', () => {
  const text = summarize({ metrics: { checks: { values: { rate: 0.995, passes: 199, fails: 1 } } } });
  expect(text).toContain('99.5 % (199 of 200)');
});

test("k6's own metrics are left out, so that the rider's figures stand out", () => {
  expect(summarize({ metrics: { data_sent: { values: { count: 1 } } } })).not.toContain('data_sent');
});
