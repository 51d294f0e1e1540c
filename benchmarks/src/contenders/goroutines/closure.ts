import { type Goroutine, go } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Program, Programs, Sample } from '../../harness/protocol.ts';
import { program } from './program.ts';

type Start = (number: number, text: string) => Goroutine<number>;

function* one() {
  return 1;
}

function* weigh(number: number, text: string) {
  return number + text.length;
}

/** Starts so many and joins them: the time of the calls of `go`, that of all, and the sum of the results. */
function* startAndJoin(size: number, start: Start) {
  const began = performance.now();
  const started: Goroutine<number>[] = [];
  for (let number = 0; number < size; number++) started.push(start(number, 'abcde'));
  const called = since(began);
  let sum = 0;
  for (const goroutine of started) sum += yield* goroutine.join();
  return { called, whole: since(began), sum };
}

let plainFirst = false;

/** The same of `plain`, which captures nothing, in one sample and by turns before and after, so that the calls can be compared. */
function* compared(size: number, plain: Start, start: Start): Generator<unknown, Sample, any> {
  plainFirst = !plainFirst;
  const before = plainFirst ? yield* startAndJoin(size, plain) : undefined;
  const { called, whole, sum } = yield* startAndJoin(size, start);
  const base = before ?? (yield* startAndJoin(size, plain));
  return { nanoseconds: whole, result: sum, metrics: { call: called / size, more: (called - base.called) / size } };
}

const nothing: Start = () =>
  go(function* () {
    return 1;
  });

/** Starts and joins on the main thread; `go.local` keeps `start` the ordinary closure that it is. */
function joined(start: Start): Program {
  return program((size) =>
    go.local(function* () {
      return yield* compared(size, nothing, start);
    }),
  );
}

export default {
  'top-level': joined(() => go(one)),
  arguments: joined((number, text) => go(weigh, number, text)),
  nothing: joined(nothing),
  number: joined((number) =>
    go(function* () {
      return number;
    }),
  ),
  captured: joined((number, text) =>
    go(function* () {
      return number + text.length;
    }),
  ),
  object: joined((number, name) => {
    const item = { number, name, tags: [number, number + 1] };
    return go(function* () {
      return item.tags[0]! + item.name.length;
    });
  }),
  nested: joined((number, text) =>
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
      return yield* compared(size, plain, start);
    }),
  ),
} satisfies Programs;
