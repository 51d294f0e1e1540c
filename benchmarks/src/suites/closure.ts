// What it costs that a goroutine takes values of its surroundings along.
import type { Row, Suite } from '../harness/suite.ts';

const common = {
  operation: 'go and join',
  threads: 1,
  size: 50_000,
} satisfies Partial<Row>;

export const closure: Suite = {
  name: 'closure',
  title: 'Arguments and captured values',
  work:
    'Main starts goroutines and joins them as in "spawn+join from main": a top-level function, the same with two ' +
    'arguments (a number and a string), and a closure over two such values. "captured-inside": the closures are started by a ' +
    'goroutine, in whose code they were prepared with it.',
  rows: [
    {
      ...common,
      name: 'top-level',
      title: 'go(top-level function)',
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
      name: 'captured',
      title: 'go(closure over a number and a string)',
      expected: weight,
      contenders: {
        goroutines: { size: 1_000, note: 'captured values are read through the inspector' },
        'goroutines-register': {},
        go: {},
        promises: {},
      },
    },
    {
      ...common,
      name: 'captured-inside',
      title: 'the same, started by a goroutine',
      expected: weight,
      contenders: {
        goroutines: {},
        'goroutines-register': {},
      },
    },
  ],
};

/** The sum over all goroutines of their number and of the five characters of their string. */
function weight(size: number): number {
  return (size * (size - 1)) / 2 + 5 * size;
}
