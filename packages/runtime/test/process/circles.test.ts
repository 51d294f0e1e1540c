/** Deadlocks of some goroutines while others run: what is found, how it is told, and that nothing else is. */
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const text = (first: string): string =>
  [
    'deadlock among goroutines 2, 3:',
    `    goroutine 2${first} holds mutex 1 and waits for mutex 2, held by goroutine 3`,
    '        at crosses (circles.mjs:10:16)',
    '    goroutine 3 holds mutex 2 and waits for mutex 1, held by goroutine 2',
    '        at crosses (circles.mjs:10:16)',
    '',
  ].join('\n');

it.each([
  ['mutexes', text(" 'first'")],
  ['three', 'three and two\n'],
  ['ways', 'lock,tryLock,acquire,select,waited,handedOver\n'],
  ['readers', 'readers\n'],
  ['mixed', 'mixed\n'],
  ['none', 'none\n'],
  ['unlockedByAnother', 'none\n'],
])('%s', async (program, stdout) => {
  const ended = await runProgram('circles', program);
  expect({ ...ended, stdout: ended.stdout.replaceAll(/file:\S*\//g, '') }).toEqual({ code: 0, stdout, stderr: '' });
});

it('SIGQUIT writes them', async () => {
  const { code, stderr } = await runProgram('circles', 'quit');
  expect(code).toBe(2);
  expect(stderr.endsWith(`\n\n${text('')}`)).toBe(true);
});
