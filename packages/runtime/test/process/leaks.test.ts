/** Goroutines that are left behind: `runtime.leaks()`, `expectNoLeaks` and, in `leaks-in-vitest.test.ts`, the matcher. */
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it.each([
  ['told', 'told\n'],
  ['inTime', 'in time\n'],
  ['running', 'running\n'],
  ['refused', 'refused\n'],
  [
    'expected',
    [
      'LeakError: 1 goroutine has not ended:',
      '',
      'goroutine 1 [chan receive, T]:',
      '    at waits (leaks.mjs:7)',
      'created by go() at leaks.mjs:99',
      '',
    ].join('\n'),
  ],
])('%s', async (program, stdout) => {
  expect(await runProgram('leaks', program)).toEqual({ code: 0, stdout, stderr: '' });
});
