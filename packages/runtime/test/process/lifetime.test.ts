import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const MAIN_FIRST = 'main is through\n';

describe('a process without run', () => {
  const quiet = { code: 0, stderr: '' };

  it.each([
    ['sleeping', `${MAIN_FIRST}slept\n`],
    ['running', `${MAIN_FIRST}computed 0\n`],
    ['yielding', `${MAIN_FIRST}yielded\n`],
    ['reading', 'read true\nread true\n'],
    ['timers', 'timer of a goroutine\n'],
    ['parkedAndSleeping', 'slept\n'],
    ['bornLate', 'grandchild\n'],
    ['wokenByMain', '42\n'],
    ['awaited', '3\n'],
    ['worked', '4950\n'],
    ['promisesOfWorkers', '2000\n'],
    ['promisesAmongWorkers', 'done\n'],
  ])('stays for what can still happen: %s', async (program, stdout) => {
    expect(await runProgram('lifetime', program)).toEqual({ ...quiet, stdout });
  });

  it.each([
    ['parked', 'all are parked\n'],
    ['onlyChannels', '1 true\n'],
  ])('ends when all goroutines are parked: %s', async (program, stdout) => {
    expect(await runProgram('lifetime', program)).toEqual({ ...quiet, stdout });
  });

  it.each([
    ['receivesForEver', 'chan receive'],
    ['receivesForEverBesideOthers', 'chan receive'],
    ['joinsForEver', 'goroutine join'],
  ])('reports a deadlock of async code: %s', async (program, reason) => {
    const { code, stdout, stderr } = await runProgram('lifetime', program);
    expect(stdout).toBe('');
    expect(stderr).toContain('DeadlockError: all goroutines are asleep - deadlock!\n');
    expect(stderr).toContain(`async code on the main thread [${reason}`);
    expect(code).toEqual(expect.any(Number));
    expect(code).not.toBe(0);
  });

  it('goes on when the deadlock is caught', async () => {
    expect(await runProgram('lifetime', 'catchesTheDeadlock')).toEqual({ ...quiet, stdout: 'DeadlockError\nand goes on\n' });
  });
});
