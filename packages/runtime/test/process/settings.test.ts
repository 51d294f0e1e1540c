import { describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

const quiet = { code: 0, stderr: '' };

describe('GOMAXPROCS', () => {
  it.each(['abc', '-1', '0', '65', '1.5', '2x', ' '])("'%s' is refused", async (value) => {
    const message = `RangeError: GOMAXPROCS must be a whole number from 1 to 64, got '${value}'\n`;
    expect(await runProgram('settings', 'environment', { env: { GOMAXPROCS: value } })).toEqual({
      ...quiet,
      stdout: message.repeat(4),
    });
  });

  it.each(['1', '3', '8'])('%s sets the number of threads', async (value) => {
    const stdout = `${value}\n${value} ${value} ${value}\n`;
    expect(await runProgram('settings', 'procs', { env: { GOMAXPROCS: value } })).toEqual({ ...quiet, stdout });
  });

  it('an empty one is none', async () => {
    const { availableParallelism } = await import('node:os');
    const procs = Math.min(64, availableParallelism());
    const stdout = `${procs}\n${procs} ${procs} ${procs}\n`;
    expect(await runProgram('settings', 'procs', { env: { GOMAXPROCS: '' } })).toEqual({ ...quiet, stdout });
  });
});

describe('runtime.configure', () => {
  it('goes before GOMAXPROCS, and may change between starts', async () => {
    expect(await runProgram('settings', 'configured', { env: { GOMAXPROCS: '2' } })).toEqual({ ...quiet, stdout: '3\n3\n1\n' });
  });

  it('procs: 0 runs everything on the calling thread, with copies all the same', async () => {
    expect(await runProgram('settings', 'callingThread')).toEqual({ ...quiet, stdout: '0\ndefault [ 0 ] false\n' });
  });

  it('refuses what it cannot do, and keeps what was set', async () => {
    expect(await runProgram('settings', 'refused')).toEqual({
      ...quiet,
      stdout: `${[
        'RangeError: runtime.configure: procs must be a whole number from 0 to 64, got -1',
        'RangeError: runtime.configure: procs must be a whole number from 0 to 64, got 1.5',
        'RangeError: runtime.configure: procs must be a whole number from 0 to 64, got 65',
        "RangeError: runtime.configure: procs must be a whole number from 0 to 64, got '2'",
        'RangeError: runtime.configure: heapBytes must be a whole number from 8388608 to 2147483648, got 1000',
        'RangeError: runtime.configure: heapBytes must be a whole number from 8388608 to 2147483648, got 1099511627776',
        "TypeError: runtime.configure: unknown setting 'proc'; known are procs, heapBytes, spareThreads, spareMilliseconds, hints, metrics",
        "TypeError: runtime.on: unknown event 'exit'; known are uncaught and events",
        'RuntimeStateError: runtime.configure: heapBytes cannot change any more, a channel or lock was made already',
        'undefined',
        'RuntimeStateError: runtime.configure: the runtime has started; call it before the first go, or after runtime.shutdown()',
        'runs on 1',
      ].join('\n')}\n`,
    });
    expect(await runProgram('settings', 'refusedInAGoroutine')).toEqual({
      ...quiet,
      stdout: 'RuntimeStateError: runtime.configure: call it on the main thread, before the first go\n',
    });
  });
});

it('a runtime whose goroutines are all parked does nothing', async () => {
  expect(await runProgram('settings', 'idle')).toEqual({ ...quiet, stdout: '0 0 0\n0\n' });
});
