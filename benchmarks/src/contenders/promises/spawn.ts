// Async functions in place of goroutines. The one await stands for starting later: a goroutine does not begin inside `go`.
import { timed } from '../../harness/clock.ts';
import type { Program, Programs } from '../../harness/protocol.ts';

async function leaf(number: number): Promise<number> {
  await undefined;
  return number;
}

const fromMain: Program = {
  sample: (size) =>
    timed(async () => {
      const started: Promise<number>[] = [];
      for (let number = 0; number < size; number++) started.push(leaf(number));
      let sum = 0;
      for (const promise of started) sum += await promise;
      return sum;
    }),
};

const fromGoroutine: Program = {
  sample: (size) =>
    timed(
      () =>
        new Promise((resolve) => {
          let done = 0;
          const counted = async () => {
            await undefined;
            if (++done === size) resolve(done);
          };
          for (let number = 0; number < size; number++) void counted();
        }),
    ),
};

export default {
  'from-main': fromMain,
  'from-goroutine-one-thread': fromGoroutine,
} satisfies Programs;
