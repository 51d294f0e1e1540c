import { describe, expect, it } from 'vitest';
import { ownLines, runProgram } from '../helpers/child.ts';

describe('an error that nobody joins', () => {
  it.each([
    [
      'uncaught',
      'before\n',
      /PaymentError.*: no charge\n {4}at chargesTheCard \(errors\.mjs:14:27\)\n[\s\S]*in goroutine \d+, which nobody joined/,
    ],
    ['uncaughtInRun', '', /TypeError: in the background\n {4}at fails \(errors\.mjs:\d+:\d+\)\n/],
    ['uncaughtLocal', '', /TypeError: on this thread\n {4}at failsHere \(errors\.mjs:\d+:\d+\)\n/],
    ['uncaughtOfAGoroutineInAGoroutine', '', /TypeError: of the inner one\n {4}at inner \(errors\.mjs:\d+:\d+\)\n/],
    [
      'uncaughtValue',
      '',
      /Uncaught \{ reason: 'no error object' \}\n {4}at errors\.mjs:\d+:\d+\n {4}in goroutine \d+, which nobody joined\ncreated by go\(\) at errors\.mjs:\d+:\d+\n/,
    ],
    ['named', '', /TypeError: has a name\n[\s\S]*in goroutine \d+ \(charger\), which nobody joined/],
    ['inACallback', '', /TypeError: in a callback\n {4}at .*callback.*errors\.mjs:\d+:\d+\)\n/],
    ['rejectionInAGoroutine', '', /TypeError: not handled\n {4}at .*errors\.mjs:\d+:\d+\)?\n/],
  ])('ends the process with its own stack: %s', async (program, stdout, report) => {
    const ended = await runProgram('errors', program);
    expect(ownLines(ended.stderr)).toMatch(report);
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 1, stdout });
  });

  it('goes to the listener instead', async () => {
    expect(await runProgram('errors', 'listener')).toEqual({
      code: 0,
      stdout: 'PaymentError one E_ONE number first\nError two undefined number undefined\ngoes on\n',
      stderr: '',
    });
  });

  it.each([
    ['joinedInTime', 'joined\n'],
    ['caughtByJoin', 'PaymentError caught\n'],
  ])('is no matter when somebody joins: %s', async (program, stdout) => {
    expect(await runProgram('errors', program)).toEqual({ code: 0, stdout, stderr: '' });
  });

  it.each(['uncaughtValueInListener', 'uncaughtValueInRejectionListener'])(
    'reaches listeners of Node as it is: %s',
    async (program) => {
      expect(await runProgram('errors', program)).toEqual({ code: 0, stdout: 'string no error object\n', stderr: '' });
    },
  );

  it.each([
    [
      'withoutFrames',
      [
        'DataCloneError: cannot return from a goroutine: value.it is a Promise. Wait for it, and send what it gives.',
        'created by go() at errors.mjs',
        'DataCloneError: cannot return from a goroutine: value.it is a WeakMap. Send data only, or use proxy(value).',
        'created by go() at errors.mjs',
      ],
    ],
    [
      'notCopied',
      [
        "cannot send on a channel: value is an AsyncLocalStorage. Its stores are its thread's: send what getStore() gives, or use go.local.",
      ],
    ],
    ['handledOnItsThread', ['handled of a timer', 'goes on']],
    [
      'runOnAThread',
      [
        "run inside a goroutine: a program has one main goroutine; use go() here. Where this is the program's main file, something that a goroutine imports imports it: move what both need into a module of its own.",
      ],
    ],
    ['anonymous', ['    at errors.mjs', 'created by go() at errors.mjs', 'created by proxy() at errors.mjs', '1 1']],
  ])('says what it is of: %s', async (program, lines) => {
    expect(await runProgram('errors', program)).toEqual({ code: 0, stdout: `${lines.join('\n')}\n`, stderr: '' });
  });

  it('has a stack with the names and lines of the program', async () => {
    const { code, stdout, stderr } = await runProgram('errors', 'stacks');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [deep] = /(?<=deep )\d+/.exec(stdout) ?? [];
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(`^deep ${deep} < generator \\d+ < created \\d+$`),
      expect.stringMatching(`^deep ${deep} < asynchronous \\d+ < created \\d+$`),
      expect.stringMatching(`^deep ${deep} < \\d+ < created \\d+$`),
      expect.stringMatching(`^deep ${deep} < local \\d+ < created \\d+$`),
    ]);
  });
});
