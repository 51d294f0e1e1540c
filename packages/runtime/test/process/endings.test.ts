import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const THROUGH = 'main is through\n';
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`).join('');

describe('run', () => {
  it.each([
    ['value', '{ sum: 3, threadId: 0 }\n'],
    ['plainMain', 'plain async\n'],
    ['error', 'RangeError of main\n'],
    ['stopsOthers', THROUGH],
    ['stopsATightLoop', `${THROUGH}and a new run\n`],
    ['stopsUnstarted', 'main is through 0\n'],
    ['noDeadlockWhileSleeping', 'slept\n'],
    ['twice', '0\n1\n4\n'],
    [
      'inside',
      'RuntimeStateError: run inside a run: a program has one main goroutine; use go() here\n' +
        "RuntimeStateError: run inside a goroutine: a program has one main goroutine; use go() here. Where this is the program's main file, something that a goroutine imports imports it: move what both need into a module of its own.\n" +
        'the outer run goes on\n',
    ],
    ['together', 'fulfilled: first\nrejected: run inside a run: a program has one main goroutine; use go() here\n'],
  ])('%s', async (program, stdout) => {
    expect(await runProgram('endings', program)).toEqual({ code: 0, stdout, stderr: '' });
  });

  it('deadlock', async () => {
    const { code, stdout, stderr } = await runProgram('endings', 'deadlock');
    expect(stdout).toMatch(/^all goroutines are asleep - deadlock!\n/);
    expect(stdout).toContain('goroutine 1 [chan receive');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('deadlockOfMany', async () => {
    const { code, stdout, stderr } = await runProgram('endings', 'deadlockOfMany');
    expect(stdout).toMatch(/^DeadlockError\nall goroutines are asleep - deadlock!\n/);
    expect(stdout).toContain('goroutine 1 [wait group');
    expect(stdout).toMatch(/goroutine \d+ \[mutex lock/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('unhandledError', async () => {
    const { code, stdout, stderr } = await runProgram('endings', 'unhandledError');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/RangeError: of main\n {4}at main \(endings\.mjs:\d+:\d+\)\n/);
  });

  it('unhandledDeadlock', async () => {
    const { code, stdout, stderr } = await runProgram('endings', 'unhandledDeadlock');
    expect(stdout).toBe('');
    expect(stderr).toContain('DeadlockError: all goroutines are asleep - deadlock!\n');
    expect(stderr).toContain('goroutine 1 [chan receive');
    expect(code).toEqual(expect.any(Number));
    expect(code).not.toBe(0);
  });
});

describe('shutdown', () => {
  it.each([
    ['shutdownThenGo', 'RuntimeStateError: the runtime was shut down failed\nstarted anew\nshut down twice\n'],
    ['topLevelSurvives', '2 true\nbefore any thread\na run\ngo\nlocked and unlocked\n'],
    ['waitersLeaveAtShutdown', 'true 1\nkept\ntrue\n'],
  ])('%s', async (program, stdout) => {
    expect(await runProgram('endings', program)).toEqual({ code: 0, stdout, stderr: '' });
  });
});

describe("an error of a callback on a worker thread, which is no goroutine, ends the process with the user's lines only", () => {
  it.each(['callbackThrows', 'callbackRejects'])('%s', async (program) => {
    const { code, stderr } = await runProgram('endings', program);
    expect(code).toBe(1);
    const frames = stderr.split('\n').filter((line) => /^ {4}at /.test(line));
    expect(stderr).toContain('Error: of nobody\n');
    expect(frames).toEqual([expect.stringMatching(/endings\.mjs:\d+:\d+\)?$/)]);
  });
});

describe('process.exit', () => {
  it('in a goroutine ends the process with its code and all that was written', async () => {
    expect(await runProgram('endings', 'exits')).toEqual({ code: 7, stdout: `${lines(1000)}exit handler: 7\n`, stderr: '' });
  });

  it('in the main goroutine ends the process', async () => {
    expect(await runProgram('endings', 'exitsOnTheMainThread')).toEqual({ code: 3, stdout: '', stderr: '' });
  });

  it('without a code in a goroutine the main thread has set it', async () => {
    expect(await runProgram('endings', 'exitsWithoutCode')).toEqual({ code: 4, stdout: '', stderr: '' });
  });

  it('process.exitCode is kept by run', async () => {
    expect(await runProgram('endings', 'exitCode')).toEqual({ code: 5, stdout: '', stderr: '' });
  });
});
