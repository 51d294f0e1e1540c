// The sieve that made channels famous: one goroutine sends 2, 3, 4, …; each prime that comes out at the far end adds a
// goroutine to the chain that lets only the numbers through which that prime doesn't divide. 100 primes, 101 goroutines.

import { chan, go, type RecvChan, run, type SendChan } from 'goroutines';

function* count(numbers: SendChan<number>) {
  for (let number = 2; ; number++) yield* numbers.send(number);
}

function* sieve(incoming: RecvChan<number>, outgoing: SendChan<number>, prime: number) {
  yield* incoming.forEach(function* (number) {
    if (number % prime !== 0) yield* outgoing.send(number);
  });
}

function* main(howMany: number) {
  let numbers = chan<number>();
  go(count, numbers);
  for (let found = 0; found < howMany; found++) {
    const prime = (yield* numbers.recv())!; // `undefined` would mean a closed channel, and nobody closes these
    console.log(prime);
    const next = chan<number>();
    go(sieve, numbers, next, prime);
    numbers = next;
  }
}

await run(main, Number(process.argv[2] ?? 100));
