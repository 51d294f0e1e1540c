/** A stack that overflows in the middle of an operation leaves no object locked: each program hangs where one is. */
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it.each([
  [
    'calls',
    ['tryLock', 'tryWrite', 'tryRead', 'tryAcquire', 'setValue', 'trySend', 'meet', 'tryRecv', 'close', 'add', 'signal', 'start'],
  ],
  ['operations', ['lock', 'semaphore', 'buffered', 'select', 'wait', 'join']],
])('%s', async (program, names) => {
  expect(await runProgram('stack-edge', program)).toEqual({ code: 0, stdout: `${names.join('\n')}\n`, stderr: '' });
});

it('the core asks for room before it takes a lock', async () => {
  expect(await runProgram('stack-edge', 'room')).toEqual({ code: 0, stdout: 'true\ntrue\n', stderr: '' });
});
