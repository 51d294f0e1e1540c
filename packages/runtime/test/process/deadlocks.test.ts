/** What is a deadlock and what is none: the whole report, and the exit code. */
import { describe, expect, it } from 'vitest';
import { type Ended, runProgram } from '../helpers/child.ts';
import { placesOf, report, reportOf } from '../helpers/deadlock-report.ts';

const run = (program: string): Promise<Ended> => runProgram('deadlocks', program);

const { at, createdAt } = placesOf('deadlocks.mjs');

describe('is a deadlock', () => {
  it.each([
    ['receive', 'chan receive', at('receives', 28)],
    ['send', 'chan send', at('main', 42)],
    ['full', 'chan send', at('main', 48)],
    ['select', 'select', at('main', 52)],
    ['noCases', 'select (no cases)', at('main', 56)],
    ['nilCases', 'select (no cases)', at('main', 60)],
    ['group', 'wait group', at('main', 72)],
    ['semaphore', 'semaphore acquire', at('main', 97)],
    ['cond', 'cond wait', at('main', 109)],
    ['barrier', 'barrier', at('main', 113)],
    ['stoppedTicker', 'chan receive', at('main', 127)],
    ['stoppedTimer', 'chan receive', at('main', 133)],
    ['context', 'chan receive', at('main', 138)],
  ])('of the main goroutine: %s', async (program, reason, place) => {
    const ended = await run(program);
    expect(reportOf(ended)).toBe(report([`goroutine 1 [${reason}, T]:`, place], [place]));
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    ['mutex', 'mutex lock', 'mutex', at('main', 66)],
    ['reader', 'rwmutex rlock', 'rwmutex', at('main', 103)],
    ['once', 'once', 'once', at('again', 119), at('main', 118)],
  ])('of the main goroutine with itself: %s', async (program, reason, kind, ...places) => {
    const ended = await run(program);
    expect(reportOf(ended)).toBe(
      report(
        [`goroutine 1 [${reason}, T]:`, ...places],
        [
          'deadlock of goroutine 1:',
          `    goroutine 1 holds ${kind} 1 and waits for ${kind} 1, held by itself`,
          ...places.map((place) => `    ${place}`),
        ],
        places,
      ),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    ['onAnotherThread', [at('receives', 28)]],
    ['nested', [at('receives', 28), at('inner', 78), at('outer', 80)]],
  ])('with a goroutine of another thread: %s', async (program, places) => {
    const ended = await run(program);
    const waitsForIt = at('main', 34);
    expect(reportOf(ended)).toBe(
      report(
        ['goroutine 1 [goroutine join, T]:', waitsForIt],
        ['goroutine 2 [chan receive, T]:', ...places, createdAt(34)],
        [waitsForIt],
      ),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('of goroutines that join each other, or themselves', async () => {
    const ended = await run('joins');
    const [circles, rest] = [/\n\ndeadlock (?:among|of)(?:.|\n)*(?=\n\n {4}at main)/, reportOf(ended)];
    expect(rest.replace(circles, '')).toBe(
      report(
        ['goroutine 1 [goroutine join, T]:', at('main', 91)],
        ['goroutines 2, 3 [goroutine join, T]:', at('joinsNext', 86), createdAt(88, 88)],
        [at('main', 91)],
      ),
    );
    // Who gets whose handle is open.
    expect(circles.exec(rest)?.[0]).toMatch(/among goroutines 2, 3:\n|of goroutine 2:\n(.|\n)*of goroutine 3:\n/);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('of many goroutines, which are told of together', async () => {
    const ended = await run('many');
    expect(reportOf(ended).replaceAll(/\d+(, \d+){9} and/g, 'ten and')).toBe(
      report(
        ['goroutine 1 [chan receive, T]:', at('main', 147)],
        ['goroutines ten and 1 more [chan receive, T]:', at('receives', 28), createdAt(143)],
        [at('main', 147)],
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
        [`goroutine 1 'waiter' [chan receive, T]:`, at('receives', 28), createdAt(154)],
        ['async code on the main thread [select]'],
        [at('receives', 28)],
      ),
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('that is handled: the program goes on, and its exit code is its own', async () => {
    expect(await run('handled')).toEqual({ code: 3, stdout: 'DeadlockError\n', stderr: '' });
  });
});

describe('is none, while something outside may wake a goroutine', () => {
  it.each([
    'worker',
    'messageChannel',
    'watcher',
    'fetching',
    'blockingCall',
    'stdin',
    'timerOfAnotherThread',
    'socketOfWorker',
    'processOfWorker',
    'threadOfWorker',
    'watcherOfWorker',
    'poolOfWorker',
    'compressionOfWorker',
    'poolOfWorkerAlone',
    'asyncFunctionOfWorker',
    'computing',
    'listening',
    'looking',
  ])('%s', async (program) => {
    expect(await runProgram('alive', program)).toEqual({ code: 0, stdout: 'no deadlock\n', stderr: '' });
  });
});

describe('is none', () => {
  it.each([
    'sleeping',
    'timer',
    'pendingTimer',
    'runningTicker',
    'timeout',
    'timerOnAnotherThread',
    'promise',
    'server',
    'blockingCode',
    'sleepsForEver',
    'sleepsForEverElsewhere',
    'asyncCodeSleepsForEver',
    'selectsForEver',
    'timerOfNever',
    'parkedAlone',
  ])('%s', async (program) => {
    expect(await run(program)).toEqual({ code: 0, stdout: 'no deadlock\n', stderr: '' });
  });
});
