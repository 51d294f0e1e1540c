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
      const started = new Array<Promise<number>>(size);
      for (let number = 0; number < size; number++) started[number] = leaf(number);
      let sum = 0;
      for (const promise of started) sum += await promise;
      return sum;
    }),
};

const allAtOnce: Program = {
  sample: (size) =>
    timed(async () => {
      const numbers = await Promise.all(Array.from({ length: size }, (_, number) => leaf(number)));
      return numbers.reduce((sum, number) => sum + number, 0);
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
  'million-from-main': allAtOnce,
  'from-goroutine-one-thread': fromGoroutine,
} satisfies Programs;
