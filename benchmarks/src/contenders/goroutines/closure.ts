import { type Goroutine, go } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Program, Programs } from '../../harness/protocol.ts';
import { program } from './program.ts';

function* one() {
  return 1;
}

function* weigh(number: number, text: string) {
  return number + text.length;
}

/** Starts and joins on the main thread; `go.local` keeps `start` the ordinary closure that it is. */
function joined(start: (number: number, text: string) => Goroutine<number>): Program {
  return program((size) =>
    go.local(function* () {
      const began = performance.now();
      const started: Goroutine<number>[] = [];
      for (let number = 0; number < size; number++) started.push(start(number, 'abcde'));
      let sum = 0;
      for (const goroutine of started) sum += yield* goroutine.join();
      return { nanoseconds: since(began), result: sum };
    }),
  );
}

export default {
  'top-level': joined(() => go(one)),
  arguments: joined((number, text) => go(weigh, number, text)),
  captured: joined((number, text) =>
    go(function* () {
      return number + text.length;
    }),
  ),
  'captured-inside': program((size) =>
    go(function* () {
      const began = performance.now();
      const started: Goroutine<number>[] = [];
      for (let number = 0; number < size; number++) {
        const text = 'abcde'.slice(0);
        started.push(
          go(function* () {
            return number + text.length;
          }),
        );
      }
      let sum = 0;
      for (const goroutine of started) sum += yield* goroutine.join();
      return { nanoseconds: since(began), result: sum };
    }),
  ),
} satisfies Programs;
