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
