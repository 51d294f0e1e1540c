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
  ['loops', 'true\n'],
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
    'SIGQUIT: quit\n\ngoroutine 1 [chan receive, T]:\n    at waits (dumps.mjs:6)\ncreated by go() at dumps.mjs:105\n',
  );
});

it('names the lines of TypeScript, on another thread', async () => {
  const flags = process.features.typescript ? [] : ['--import', 'tsx'];
  const { code, stdout, stderr } = await runProgram('dumps-typed.ts', 'typed', { flags });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const places = /\(?(?:file:\/\/)?\/[^\s()]*\/([\w-]+\.ts:\d+):\d+\)?/g;
  const lines = timeless(stdout).replaceAll(places, '($1)').split('\n');
  expect(lines).toEqual([
    "goroutine 1 'works' [chan receive, T]:",
    '    at takes (dumps-typed.ts:11)',
    '    at works (dumps-typed.ts:16)',
    'created by go() at (dumps-typed.ts:24)',
    '',
    'goroutine 2 [mutex lock, T]:',
    '    at locks (dumps-typed.ts:27)',
    'created by go() at (dumps-typed.ts:25)',
    '',
    'deadlock of goroutine 2:',
    '    goroutine 2 holds mutex 1 and waits for mutex 1, held by itself',
    '        at locks (dumps-typed.ts:27)',
    '',
  ]);
});
