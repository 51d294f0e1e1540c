// Clerks move money between accounts at random, all at once. Each account has its own lock, and who needs two takes the one
// with the lower number first. Whatever the clerks do, no money comes into being and none is lost.

import { go, Mutex, run, WaitGroup } from 'goroutines';

const accounts = 10;
const opening = 1000;

/** Balances in memory that all threads share; the locks say who may touch which. */
interface Bank {
  balances: Int32Array<SharedArrayBuffer>;
  locks: Mutex[];
}

function* transfer({ balances, locks }: Bank, from: number, to: number, amount: number) {
  const [first, second] = [Math.min(from, to), Math.max(from, to)];
  using _first = yield* locks[first]!.lock();
  using _second = yield* locks[second]!.lock();
  if (balances[from]! < amount) return;
  balances[from]! -= amount;
  balances[to]! += amount;
}

function* clerk(bank: Bank, transfers: number, done: WaitGroup) {
  for (let made = 0; made < transfers; made++) {
    const from = Math.floor(Math.random() * accounts);
    const to = (from + 1 + Math.floor(Math.random() * (accounts - 1))) % accounts;
    yield* transfer(bank, from, to, Math.ceil(Math.random() * 100));
  }
  done.done();
}

function* main(clerks: number, transfers: number) {
  const bank: Bank = {
    balances: new Int32Array(new SharedArrayBuffer(4 * accounts)).fill(opening),
    locks: Array.from({ length: accounts }, () => new Mutex()),
  };
  const done = new WaitGroup();
  done.add(clerks);
  for (let hired = 0; hired < clerks; hired++) go(clerk, bank, transfers, done);
  yield* done.wait();

  const total = bank.balances.reduce((sum, balance) => sum + balance, 0);
  console.log(`${clerks * transfers} transfers by ${clerks} clerks`);
  console.log(`overdrawn accounts: ${bank.balances.filter((balance) => balance < 0).length}`);
  console.log(`money at the end: ${total} of ${accounts * opening}`);
}

await run(main, Number(process.argv[2] ?? 8), Number(process.argv[3] ?? 2000));
