/**
 * Deadlocks of goroutines on four threads: the whole report, and the exit code. Where it depends on the run which goroutines
 * wait for what, their numbers are taken from the report, which must tell of each once; all else of it follows from them.
 */
import { describe, expect, it } from 'vitest';
import { type Ended, runProgram } from '../helpers/child.ts';
import { placesOf, report, reportOf } from '../helpers/deadlock-report.ts';

const run = (program: string): Promise<Ended> => runProgram('asleep', program, { env: { GOMAXPROCS: '4' } });

const { at, createdAt } = placesOf('asleep.mjs');
const inAsyncCode = (...paragraphs: string[][]): string => `[${report(...paragraphs)}\n]`;

/** Of eight goroutines, in `onFourThreads`. */
const eight = [2, 3, 4, 5, 6, 7, 8, 9];
const mainJoins = at('main', 30);
const main = ['goroutine 1 [goroutine join, T]:', mainJoins];
const named = (numbers: readonly number[]): string => `goroutine${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}`;

/** The numbers of those that wait so and are told of together, in the order of the report. */
function numbersOf(written: string, reason: string, places: readonly string[]): number[] {
  const paragraphs = written.split('\n\n').map((text) => text.split('\n'));
  const heads = paragraphs.filter((lines) => lines.slice(1).join('\n') === [...places, createdAt(29)].join('\n'));
  const numbers = heads
    .map(([head]) => /^goroutines? ([\d, ]+) \[(.*), T\]:$/.exec(head!))
    .filter((match) => match?.[2] === reason);
  return numbers.flatMap((match) => match![1]!.split(', ').map(Number));
}

describe('is a deadlock, over threads', () => {
  it.each([
    ['receive', 'chan receive', 8, 37],
    ['send', 'chan send', 5, 41],
    ['select', 'select', 8, 46],
    ['forEach', 'chan receive', 8, 53],
    ['mutex', 'mutex lock', 7, 57],
    ['unlocked', 'mutex unlocked', 8, 68],
    ['condition', 'cond wait', 8, 80],
    ['semaphore', 'semaphore acquire', 7, 86],
    ['semaphoreFree', 'semaphore free', 8, 91],
    ['barrier', 'barrier', 8, 95],
    ['group', 'wait group', 8, 100],
    ['context', 'chan receive', 8, 119],
  ])('of eight goroutines: %s', async (program, reason, count, line) => {
    const ended = await run(program);
    const written = reportOf(ended);
    const numbers = numbersOf(written, reason, [at('waits', line)]);
    expect(written).toBe(report(main, [`${named(numbers)} [${reason}, T]:`, at('waits', line), createdAt(29)], [mainJoins]));
    expect(numbers).toHaveLength(count);
    expect(numbers).toEqual(eight.filter((number) => numbers.includes(number)));
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  /** Some hold what they wait for, each of them; the others wait behind them. */
  it.each([
    ['exclusive', 'mutex', 'mutex lock', [at('', 62), at('waits', 61)], 'mutex lock', [at('waits', 61)]],
    ['writer', 'rwmutex', 'rwmutex lock', [at('waits', 73)], 'rwmutex rlock', [at('waits', 72)]],
  ])('of eight goroutines, some with themselves: %s', async (program, lock, reason, places, reasonOfOthers, placesOfOthers) => {
    const ended = await run(program);
    const written = reportOf(ended);
    const holders = numbersOf(written, reason, places);
    const others = numbersOf(written, reasonOfOthers, placesOfOthers);
    const heldBy = (number: number): string =>
      holders.map((holder) => (holder === number ? 'itself' : `goroutine ${holder}`)).join(', ');
    const paragraphs = [
      [`${named(holders)} [${reason}, T]:`, ...places, createdAt(29)],
      [`${named(others)} [${reasonOfOthers}, T]:`, ...placesOfOthers, createdAt(29)],
    ];
    if (others[0]! < holders[0]!) paragraphs.reverse();
    expect(written).toBe(
      report(
        main,
        ...paragraphs,
        [
          `deadlock ${holders.length === 1 ? 'of' : 'among'} ${named(holders)}:`,
          ...holders.flatMap((holder) => [
            `    goroutine ${holder} holds ${lock} 1 and waits for ${lock} 1, held by ${heldBy(holder)}`,
            ...places.map((place) => `    ${place}`),
          ]),
          `    held up by them: ${named([1, ...others])}`,
        ],
        [mainJoins],
      ),
    );
    expect([...holders, ...others].sort()).toEqual(eight);
    if (lock === 'mutex') expect(holders).toHaveLength(1);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });

  it.each([
    [
      'errorGroup',
      report(
        ['goroutine 1 [wait group, T]:', at('main', 115)],
        ['goroutines 2, 3, 4, 5 [chan receive, T]:', at('', 112), createdAt(111)],
        [at('main', 115)],
      ),
    ],
    [
      'bound',
      report(
        ['goroutine 1 [goroutine join, T]:', at('main', 125)],
        ['goroutine 2 [chan receive, T]:', at('waits', 126), createdAt(125)],
        [at('main', 125)],
      ),
    ],
    ['deadlineGone', report(['goroutine 1 [chan receive, T]:', at('main', 134)], [at('main', 134)])],
    ['timerStoppedElsewhere', report(['goroutine 1 [chan receive, T]:', at('main', 142)], [at('main', 142)])],
    ['tickerStoppedElsewhere', report(['goroutine 1 [chan receive, T]:', at('main', 151)], [at('main', 151)])],
    [
      'stream',
      report(
        ['goroutine 1 [chan receive, T]:', at('main', 155)],
        [`goroutine 2 'Chan.from' [select, T]:`, createdAt(155).replace('go()', 'Chan.from()')],
        [at('main', 155)],
      ),
    ],
    [
      'itself',
      report(
        ['goroutine 1 [goroutine join, T]:', at('main', 164)],
        ['goroutine 2 [goroutine join, T]:', at('joins', 161), createdAt(160)],
        [
          'deadlock of goroutine 2:',
          '    goroutine 2 waits for the end of goroutine 2',
          `    ${at('joins', 161)}`,
          '    held up by them: goroutine 1',
        ],
        [at('main', 164)],
      ),
    ],
    [
      'late',
      report(
        ['goroutine 1 [semaphore acquire, T]:', at('main', 177)],
        ['goroutines 2, 3, 4, 5 [chan receive, T]:', at('waits', 172), createdAt(171)],
        [at('main', 177)],
      ),
    ],
    [
      'asyncOnWorker',
      inAsyncCode(
        ['goroutine 1 [promise]:', at('<anonymous>', 180), createdAt(180)],
        ['async code on the main thread [goroutine join]'],
      ),
    ],
    ['forAwait', inAsyncCode(['async code on the main thread [chan receive]'])],
    [
      'local',
      report(
        ['goroutine 1 [chan receive, T]:', at('waits', 189), createdAt(188)],
        ['async code on the main thread [goroutine join]'],
        [at('waits', 189)],
      ),
    ],
  ])('%s', async (program, expected) => {
    const ended = await run(program);
    expect(reportOf(ended)).toBe(expected);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
  });
});
