// What it costs that a goroutine takes values of its surroundings along.
import { type Measure, metric, type Row, type Suite, timePerOperation } from '../harness/suite.ts';

const common = {
  operation: 'go and join',
  threads: 1,
  size: 50_000,
} satisfies Partial<Row>;

const call: Omit<Measure, 'values'> = { title: 'the call of go', unit: 'ns' };
const plain = [timePerOperation, metric('call', call)];
const captures = [
  timePerOperation,
  metric('call', { ...call, goal: { below: 150_000 } }),
  metric('more', { title: 'more than without captures', unit: 'ns', goal: { below: 100, of: 'goroutines-register' } }),
];

/** What is copied is so either way: this tells what capturing adds to it. */
const besideArgument = metric('beside', {
  title: 'more than as an argument',
  unit: 'ns',
  goal: { below: 100, of: 'goroutines-register' },
});

const inspector = { size: 1_000, note: 'captured values are read through the inspector' };

export const closure: Suite = {
  name: 'closure',
  title: 'Arguments and captured values',
  work:
    'Main starts goroutines and joins them as in "spawn+join from main": a top-level function, the same with two ' +
    'arguments (a number and a string), and closures that capture nothing, a number, a number and a string, an object, and a ' +
    'closure in a closure, where the outer goroutine starts and joins the inner one. The call of go is timed alone, too, in ' +
    'short blocks by turns with calls for a closure that captures nothing, and for the object with calls that pass it as an ' +
    'argument. "Started by a goroutine": the closures stand in a ' +
    "goroutine's code, and were prepared with it.",
  rows: [
    {
      ...common,
      name: 'top-level',
      title: 'go(top-level function)',
      measures: plain,
      expected: (size) => size,
      contenders: {
        goroutines: {},
        'goroutines-register': {},
        go: {},
        promises: {},
        multithreading: { size: 5_000 },
      },
    },
    {
      ...common,
      name: 'arguments',
      title: 'go(function, number, string)',
      measures: plain,
      expected: weight,
      contenders: {
        goroutines: {},
        'goroutines-register': {},
        go: {},
        promises: {},
        multithreading: { size: 5_000, note: 'move(number, string)' },
      },
    },
    {
      ...common,
      name: 'nothing',
      title: 'go(closure over nothing)',
      measures: plain,
      expected: (size) => size,
      contenders: {
        goroutines: { size: 1_000, note: 'where a closure stands is asked of the inspector' },
        'goroutines-register': {},
      },
    },
    {
      ...common,
      name: 'number',
      title: 'go(closure over a number)',
      measures: captures,
      expected: numbers,
      contenders: { goroutines: inspector, 'goroutines-register': {} },
    },
    {
      ...common,
      name: 'captured',
      title: 'go(closure over a number and a string)',
      measures: captures,
      expected: weight,
      contenders: {
        goroutines: inspector,
        'goroutines-register': {},
        go: {},
        promises: {},
      },
    },
    {
      ...common,
      name: 'object',
      title: 'go(closure over an object)',
      measures: [...captures, besideArgument],
      expected: weight,
      contenders: {
        goroutines: inspector,
        'goroutines-register': { note: 'the object is copied: a number, a string, an array of two numbers' },
      },
    },
    {
      ...common,
      name: 'nested',
      title: 'go(closure that starts a closure)',
      measures: captures,
      size: 20_000,
      expected: weight,
      contenders: { goroutines: inspector, 'goroutines-register': {} },
    },
    {
      ...common,
      name: 'captured-inside',
      title: 'go(closure over a number and a string), started by a goroutine',
      measures: captures,
      expected: weight,
      contenders: {
        goroutines: {},
        'goroutines-register': {},
      },
    },
  ],
};

function numbers(size: number): number {
  return (size * (size - 1)) / 2;
}

/** The sum over all goroutines of their number and of the five characters of their string. */
function weight(size: number): number {
  return numbers(size) + 5 * size;
}
