/** What is a deadlock and what is none: the whole report, and the exit code. */
import { describe, expect, it } from 'vitest';
import { type Ended, runProgram } from '../helpers/child.ts';

const run = (program: string): Promise<Ended> => runProgram('deadlocks', program);

/** What the program wrote, without how long each has waited, and without what Node writes around. */
function reportOf({ stderr }: Ended): string {
  const from = stderr.search(/\[?DeadlockError/);
  const to = stderr.lastIndexOf('\n\nNode.js v');
  return stderr
    .slice(from, to < 0 ? undefined : to)
    .replaceAll(/, \d+(\.\d)? m?s\]/g, ', T]')
    .replaceAll(/\.mjs:(\d+):\d+/g, '.mjs:$1');
}

const report = (...paragraphs: string[][]): string =>
  ['DeadlockError: all goroutines are asleep - deadlock!', ...paragraphs.map((lines) => lines.join('\n'))].join('\n\n');
const at = (name: string, line: number): string => `    at ${name} (deadlocks.mjs:${line})`;
const createdAt = (...lines: number[]): string =>
  `created by go() at ${lines.map((line) => `deadlocks.mjs:${line}`).join(' or ')}`;

describe('is a deadlock', () => {
  it.each([
    ['receive', 'chan receive', at('receives', 8)],
    ['send', 'chan send', at('main', 22)],
    ['full', 'chan send', at('main', 28)],
    ['select', 'select', at('main', 32)],
    ['noCases', 'select (no cases)', at('main', 36)],
    ['nilCases', 'select (no cases)', at('main', 40)],
    ['mutex', 'mutex lock', at('main', 46)],
    ['group', 'wait group', at('main', 52)],
  ])('of the main goroutine: %s', async (program, reason, place) => {
    const ended = await run(program);
    expect(reportOf(ended)).toBe(report([`goroutine 1 [${reason}, T]:`, place], [place]));
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    ['onAnotherThread', [at('receives', 8)]],
    ['nested', [at('receives', 8), at('inner', 58), at('outer', 60)]],
  ])('with a goroutine of another thread: %s', async (program, places) => {
    const ended = await run(program);
    const waitsForIt = at('main', 14);
    expect(reportOf(ended)).toBe(
      report(
        ['goroutine 1 [goroutine join, T]:', waitsForIt],
        ['goroutine 2 [chan receive, T]:', ...places, createdAt(14)],
        [waitsForIt],
      ),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('of goroutines that join each other', async () => {
    const ended = await run('joins');
    expect(reportOf(ended)).toBe(
      report(
        ['goroutine 1 [goroutine join, T]:', at('main', 71)],
        ['goroutines 2, 3 [goroutine join, T]:', at('joinsNext', 66), createdAt(68, 68)],
        [at('main', 71)],
      ),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('of many goroutines, which are told of together', async () => {
    const ended = await run('many');
    expect(reportOf(ended).replaceAll(/\d+(, \d+){9} and/g, 'ten and')).toBe(
      report(
        ['goroutine 1 [chan receive, T]:', at('main', 80)],
        ['goroutines ten and 1 more [chan receive, T]:', at('receives', 8), createdAt(76)],
        [at('main', 80)],
      ),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('of async code', async () => {
    const ended = await run('asyncCode');
    expect(reportOf(ended)).toBe(`[${report(['async code on the main thread [chan receive]'])}\n]`);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('of async code and a goroutine', async () => {
    const ended = await run('asyncCodeAndGoroutine');
    expect(reportOf(ended)).toBe(
      report(
        [`goroutine 1 'waiter' [chan receive, T]:`, at('receives', 8), createdAt(87)],
        ['async code on the main thread [select]'],
        [at('receives', 8)],
      ),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('that is handled: the program goes on, and its exit code is its own', async () => {
    expect(await run('handled')).toEqual({ code: 3, stdout: 'DeadlockError\n', stderr: '' });
  });
});

describe('is none', () => {
  it.each(['sleeping', 'timer', 'timeout', 'timerOnAnotherThread', 'promise', 'server', 'blockingCode', 'parkedAlone'])(
    '%s',
    async (program) => {
      expect(await run(program)).toEqual({ code: 0, stdout: 'no deadlock\n', stderr: '' });
    },
  );
});
