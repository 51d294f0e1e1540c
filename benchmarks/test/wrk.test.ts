import { expect, test } from 'vitest';
import { readLoad } from '../dist/work/wrk.js';

const output = (p99: string, rate: string, errors = '') => `Running 1s test @ http://127.0.0.1:41611/
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   397.25ms  293.17ms 945.17ms   83.33%
    Req/Sec     6.17      2.99    10.00     66.67%
  Latency Distribution
     50%  305.18ms
     75%  489.58ms
     90%  945.17ms
     99%  ${p99}
  6 requests in 1.01s, 738.00B read
${errors}Requests/sec:   ${rate}
Transfer/sec:     732.34B
`;

test.each([
  ['945.17ms', 945.17],
  ['850.00us', 0.85],
  ['1.06s ', 1060],
  ['1.50m', 90_000],
])('a p99 of %s', (written, milliseconds) => {
  expect(readLoad(output(written, '5.95'))).toEqual({ requestsPerSecond: 5.95, p99: milliseconds });
});

test('no request answered: no p99', () => {
  expect(readLoad(output('0.00us', '0.00'))).toEqual({ requestsPerSecond: 0, p99: Number.NaN });
});

test('requests that failed, and output of another kind, are errors', () => {
  expect(() => readLoad(output('1.00ms', '5.00', '  Non-2xx or 3xx responses: 3\n'))).toThrow('responses: 3');
  expect(() => readLoad(output('1.00ms', '5.00', '  Socket errors: connect 0, read 7, write 0, timeout 0\n'))).toThrow('read 7');
  expect(() => readLoad('usage: wrk <options> <url>')).toThrow('cannot read what wrk reports: usage: wrk');
});

test('answers that came late are slow, not wrong', () => {
  const late = '  Socket errors: connect 0, read 0, write 0, timeout 2\n';
  expect(readLoad(output('1.99s', '5.00', late)).p99).toBe(1990);
});
