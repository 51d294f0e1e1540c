/** Each of these programs once hung, crashed, lost a message or counted wrong. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const file = fileURLToPath(new URL('./programs.mjs', import.meta.url));

/** What the program prints, and its exit code where that is not 0. */
const expected: Record<string, string> = {
  'cancelled, then stopped': '0',
  'a joiner that is stopped with the one it joins': 'RuntimeStateError RuntimeStateError 0',
  'a deadlock of local goroutines that join each other': 'DeadlockError 0',
  'async code of a worker awaits again when it is stopped': '1 [ 7, true ]',
  'main serves waiters while the threads stop': '0\n0\n0',
  'go while the threads stop': 'RuntimeStateError 0',
  'a thread that does not stop': "RuntimeStateError\nRuntimeStateError\n[ 'fresh', true ]",
  'an operation driven by a loop': 'RuntimeStateError false',
  'thenables that misbehave': 'RangeError\nRangeError\nfalse\nvalue 1 0',
  'async goroutines that await a timer of their own': '[ 1, 2 ]\ntimer\ncallback',
  'an error under go.with({ signal })': 'exit 1',
  'a local goroutine cancelled before it runs': 'CanceledError false',
  'reasons and errors that cannot be written': 'CanceledError\nError',
  'a chain of goroutines does not keep out the others': 'ended',
  'garbage of async code is collected': 'enough room',
  'a captured function that cannot be loaded': 'value ERR_MODULE_NOT_FOUND',
  'locks and groups ignore what is passed to their constructors': 'true',
  'yield in place of yield*, again and again': '20000',
  'a plain function that returns an operation': '1 7 8',
  'an async generator function': ['go', 'go.local', 'go.with', 'group.go', 'runExclusive', 'Once.do']
    .map(
      (api) =>
        `${`TypeError: ${api} takes a generator, plain or async function, got an async generator function`.slice(0, 80)} ${api}`,
    )
    .join('\n'),
  'a plain function that returns a generator, on this thread': '3 4',
  'a signal whose reason cannot be copied': 'CanceledError: the goroutine was cancelled: [object Object]\n'.repeat(2).trim(),
  'a plain function says that it runs': 'running',
  'errors that cannot be copied keep their outline': 'RangeError RangeError far EFAR\nError Error hidden undefined\nrevoked',
  'a timer of a goroutine that has ended': 'sent',
  'forEach with a function of another kind':
    '[ 1, 2 ]\nTypeError: forEach takes a function, got number\nTypeError: forEach calls a plain or generator function for e',
  'a ticker that ticks all the time': 'stopped',
  'what a worker may not ask for':
    'runtime.on: call it on the main thread; runtime.shutdown: call it on the main thread\n' +
    'runtime.on takes a function as listener, got number',
};

describe('what went wrong once', () => {
  it.each(Object.entries(expected))('%s', async (name, output) => {
    const printed = await new Promise<string>((resolve) => {
      execFile(process.execPath, [file, name], { timeout: 50_000, killSignal: 'SIGKILL' }, (error, stdout) => {
        const code = error === null ? '' : `exit ${error.code ?? error.signal}`;
        resolve([stdout.trim(), code].filter((part) => part !== '').join('\n'));
      });
    });
    expect(printed).toBe(output);
  });
});
