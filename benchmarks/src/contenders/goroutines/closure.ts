import { type Goroutine, go } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Program, Programs, Sample } from '../../harness/protocol.ts';
import { summarize } from '../../harness/statistics.ts';
import { program } from './program.ts';

type Start = (number: number, text: string) => Goroutine<number>;

function* one() {
  return 1;
}

function* weigh(number: number, text: string) {
  return number + text.length;
}

interface Item {
  number: number;
  name: string;
  tags: number[];
}

function itemOf(number: number, name: string): Item {
  return { number, name, tags: [number, number + 1] };
}

function* weighItem(item: Item) {
  return item.tags[0]! + item.name.length;
}

/** Starts so many and joins them: nanoseconds of the calls of `go`, and of all, and the sum of the results. */
function* startAndJoin(size: number, start: Start) {
  const began = performance.now();
  const started: Goroutine<number>[] = [];
  for (let number = 0; number < size; number++) started.push(start(number, 'abcde'));
  const called = since(began);
  let sum = 0;
  for (const goroutine of started) sum += yield* goroutine.join();
  return { called, whole: since(began), sum };
}

const blocks = 20;

/**
 * All at once; then the calls alone, in short blocks, by turns with those of other ways to start one, so that the machine's
 * moods fall on all alike. By how much it is dearer than each of these is told under their names.
 */
function* compared(size: number, start: Start, others: Record<string, Start>): Generator<unknown, Sample, any> {
  const { whole, sum } = yield* startAndJoin(size, start);
  const calls = Math.ceil(size / 100);
  const own: number[] = [];
  const more: Record<string, number[]> = {};
  for (let block = 0; block < blocks; block++) {
    const call = (yield* startAndJoin(calls, start)).called / calls;
    own.push(call);
    for (const name in others) (more[name] ??= []).push(call - (yield* startAndJoin(calls, others[name]!)).called / calls);
  }
  const metrics: Record<string, number> = { call: summarize(own).median };
  for (const name in more) metrics[name] = summarize(more[name]!).median;
  return { nanoseconds: whole, result: sum, metrics };
}

const nothing: Start = () =>
  go(function* () {
    return 1;
  });

/** Starts and joins on the main thread; `go.local` keeps `start` the ordinary closure that it is. */
function joined(start: Start, others: Record<string, Start> = {}): Program {
  return program((size) =>
    go.local(function* () {
      return yield* compared(size, start, others);
    }),
  );
}

const captured = (start: Start) => joined(start, { more: nothing });

export default {
  'top-level': joined(() => go(one)),
  arguments: joined((number, text) => go(weigh, number, text)),
  nothing: joined(nothing),
  number: captured((number) =>
    go(function* () {
      return number;
    }),
  ),
  captured: captured((number, text) =>
    go(function* () {
      return number + text.length;
    }),
  ),
  object: joined(
    (number, name) => {
      const item = itemOf(number, name);
      return go(function* () {
        return item.tags[0]! + item.name.length;
      });
    },
    { more: nothing, beside: (number, name) => go(weighItem, itemOf(number, name)) },
  ),
  nested: captured((number, text) =>
    go(function* () {
      return yield* go(function* () {
        return number + text.length;
      }).join();
    }),
  ),
  'captured-inside': program((size) =>
    go(function* () {
      const plain: Start = () =>
        go(function* () {
          return 1;
        });
      const start: Start = (number, text) =>
        go(function* () {
          return number + text.length;
        });
      return yield* compared(size, start, { more: plain });
    }),
  ),
} satisfies Programs;
