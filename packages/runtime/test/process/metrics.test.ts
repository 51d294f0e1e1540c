/** Histograms, counters, and messages on diagnostics channels. */
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it.each([
  ['histograms', 'measured\n'],
  ['threads', 'of all threads\n'],
  ['off', 'refused\n'],
  ['stats', 'counted\n'],
  ['messages', 'published\n'],
  ['uncaught', '1 true fails nobody joins\n'],
  ['deadlock', 'told\n'],
])('%s', async (program, stdout) => {
  expect(await runProgram('metrics', program)).toEqual({ code: 0, stdout, stderr: '' });
});

it('every thread publishes what happens on it', async () => {
  const { code, stdout, stderr } = await runProgram('metrics', 'everywhere', { flags: ['--import', './subscriber.mjs'] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ \d+ /, ' N '));
  expect(lines.sort()).toEqual(
    [
      'create N - local - main',
      'create N - go - main',
      'create N inner go - worker',
      'create N - go - worker',
      'end N inner failed of its own worker',
      'end N - done - worker',
      'end N - done - worker',
      'end N - done - main',
      'of its own',
    ].sort(),
  );
});

it('a thread tells that its processor was taken', async () => {
  const { code, stdout } = await runProgram('metrics', 'handoff', { flags: ['--import', './subscriber.mjs'] });
  expect(code).toBe(0);
  expect(stdout).toContain('handoff of thread true\n');
});
