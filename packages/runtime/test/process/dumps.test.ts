/** What every goroutine is doing: `runtime.goroutines()`, `runtime.dump()`, and SIGQUIT. */
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const timeless = (text: string): string =>
  text.replaceAll(/, \d+(\.\d)? m?s\]/g, ', T]').replaceAll(/\.mjs:(\d+):\d+/g, '.mjs:$1');

it('says where each is parked, down to the operation, and where it was created', async () => {
  const { code, stdout, stderr } = await runProgram('dumps', 'parked');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(timeless(stdout).replaceAll(/file:.*\//g, '')).toBe(
    [
      "goroutine 1 'first' [chan receive, T]:",
      '    at waits (dumps.mjs:6)',
      '    at deep (dumps.mjs:10)',
      '    at deep (dumps.mjs:11)',
      '    at deep (dumps.mjs:11)',
      'created by go() at dumps.mjs:23',
      '',
      'goroutine 2 [chan receive, T]:',
      '    at waits (dumps.mjs:6)',
      '    at deep (dumps.mjs:10)',
      '    at deep (dumps.mjs:11)',
      'created by go() at dumps.mjs:24',
      '',
      'goroutine 3 [promise]:',
      '    at <anonymous> (dumps.mjs:25)',
      'created by go() at dumps.mjs:25',
      '',
    ].join('\n'),
  );
});

it.each([
  ['running', 'seen running\n'],
  ['fromAGoroutine', 'true\n'],
  ['many', 'all in one paragraph\n'],
  ['ownQuit', 'my own\n'],
])('%s', async (program, stdout) => {
  expect(await runProgram('dumps', program)).toEqual({ code: 0, stdout, stderr: '' });
});

it('SIGQUIT writes it and ends the process', async () => {
  const { code, stdout, stderr } = await runProgram('dumps', 'quit');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(timeless(stderr)).toBe(
    'SIGQUIT: quit\n\ngoroutine 1 [chan receive, T]:\n    at waits (dumps.mjs:6)\ncreated by go() at dumps.mjs:82\n',
  );
});
