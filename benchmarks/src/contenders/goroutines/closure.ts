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
 * All at once; then the calls alone, in short blocks, by turns with those of `plain`, which captures nothing, so that the
 * machine's moods fall on both alike.
 */
function* compared(size: number, start: Start, plain?: Start): Generator<unknown, Sample, any> {
  const { whole, sum } = yield* startAndJoin(size, start);
  const calls = Math.ceil(size / 100);
  const own: number[] = [];
  const more: number[] = [];
  for (let block = 0; block < blocks; block++) {
    const base = plain && (yield* startAndJoin(calls, plain)).called / calls;
    const call = (yield* startAndJoin(calls, start)).called / calls;
    own.push(call);
    if (base !== undefined) more.push(call - base);
  }
  const metrics = { call: summarize(own).median, ...(plain && { more: summarize(more).median }) };
  return { nanoseconds: whole, result: sum, metrics };
}

const nothing: Start = () =>
  go(function* () {
    return 1;
  });

/** Starts and joins on the main thread; `go.local` keeps `start` the ordinary closure that it is. */
function joined(start: Start, plain?: Start): Program {
  return program((size) =>
    go.local(function* () {
      return yield* compared(size, start, plain);
    }),
  );
}

const captured = (start: Start) => joined(start, nothing);

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
  object: captured((number, name) => {
    const item = { number, name, tags: [number, number + 1] };
    return go(function* () {
      return item.tags[0]! + item.name.length;
    });
  }),
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
      return yield* compared(size, start, plain);
    }),
  ),
} satisfies Programs;
