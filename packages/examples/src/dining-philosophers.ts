// Five philosophers share five forks, and each needs both neighbours' to eat. If all took the left fork first they could
// wait for each other for ever. So each takes the fork with the lower number first; then no circle of waiting can close.

import { go, gosched, Mutex, run, WaitGroup } from 'goroutines';

const names = ['Aristotle', 'Hypatia', 'Kant', 'Laozi', 'Simone'];

function* dine(name: string, first: Mutex, second: Mutex, meals: number, table: WaitGroup) {
  for (let meal = 0; meal < meals; meal++) {
    yield* first.lock();
    yield* gosched(); // a moment of thought: without the rule above, this is where the circle would close
    yield* second.lock();
    second.unlock();
    first.unlock();
  }
  console.log(`${name} has eaten ${meals} times`);
  table.done();
}

function* main(meals: number) {
  const forks = names.map(() => new Mutex());
  const table = new WaitGroup();
  names.forEach((name, seat) => {
    const left = seat;
    const right = (seat + 1) % forks.length;
    table.add();
    go(dine, name, forks[Math.min(left, right)]!, forks[Math.max(left, right)]!, meals, table);
  });
  yield* table.wait();
  console.log('all have eaten');
}

await run(main, Number(process.argv[2] ?? 1000));
