// A pipeline of three stages that never holds more than its channels do, and can be stopped in the middle. The first stage
// counts for ever, the second squares on several goroutines, the third adds up until it has enough. Then the signal is
// aborted: every stage finds a CanceledError thrown where it waits, its `finally` runs, and all have ended before main does.

import { AtomicInt, type Chan, chan, go, run, WaitGroup } from 'goroutines';

const capacity = 4;
const squarers = 3;

function* count(numbers: Chan<number>, running: WaitGroup) {
  try {
    for (let number = 1; ; number++) yield* numbers.send(number);
  } finally {
    console.log('counting has ended');
    running.done();
  }
}

function* square(numbers: Chan<number>, squares: Chan<number>, squared: AtomicInt, running: WaitGroup) {
  try {
    yield* numbers.forEach(function* (number) {
      squared.add(1);
      yield* squares.send(number * number);
    });
  } finally {
    console.log('squaring has ended');
    running.done();
  }
}

function* main(wanted: number) {
  const controller = new AbortController();
  const { signal } = controller;
  const [numbers, squares] = [chan<number>(capacity), chan<number>(capacity)];
  const running = new WaitGroup();
  const squared = new AtomicInt();

  running.add(1 + squarers);
  go.with({ signal }, count, numbers, running);
  for (let started = 0; started < squarers; started++) go.with({ signal }, square, numbers, squares, squared, running);

  let sum = 0;
  for (let received = 0; received < wanted; received++) sum += (yield* squares.recv())!;
  controller.abort();
  yield* running.wait();

  console.log(`the sum of ${wanted} squares is at least ${(wanted * (wanted + 1) * (2 * wanted + 1)) / 6}: ${sum}`);
  // What was squared beyond that stood in the channel, or with a squarer.
  console.log(`no more than ${capacity + squarers} too many: ${squared.load() - wanted <= capacity + squarers}`);
}

await run(main, Number(process.argv[2] ?? 1000));
