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
    ['timers', 'timer of a goroutine\ntimer of the main thread\n'],
    ['parkedAndSleeping', 'slept\n'],
    ['bornLate', 'grandchild\n'],
    ['wokenByMain', '42\n'],
    ['awaited', '3\n'],
    ['worked', '4950\n'],
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
    ['receivesForEver', '  async code on the main thread [chan receive]\n'],
    ['receivesForEverBesideOthers', '  async code on the main thread [chan receive]\n  and 2 more goroutines parked on other threads\n'],
    ['joinsForEver', '  async code on the main thread [goroutine join]\n  and 1 more goroutine parked on other threads\n'],
  ])('reports a deadlock of async code: %s', async (program, who) => {
    const { code, stdout, stderr } = await runProgram('lifetime', program);
    expect(stdout).toBe('');
    expect(stderr).toContain(`DeadlockError: all goroutines are asleep - deadlock!\n${who}`);
    expect(code).not.toBe(0);
    expect(code).not.toBe('SIGKILL');
  });

  it('goes on when the deadlock is caught', async () => {
    expect(await runProgram('lifetime', 'catchesTheDeadlock')).toEqual({ ...quiet, stdout: 'DeadlockError\nand goes on\n' });
  });
});
