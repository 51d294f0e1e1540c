// Fannkuch-redux, of the benchmarks game: over all permutations of 1 to n, how often must the first so many be turned
// over, as the first number says, until a 1 comes first? The permutations are numbered, and each goroutine takes a range of
// numbers; what they find is put together as it comes.

import { chan, go, run, type SendChan } from 'goroutines';

interface Found {
  /** Flips of the permutations with an even number, less those of the others. */
  checksum: number;
  mostFlips: number;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** Moves the first `count` numbers one place to the left, the first one to their end. */
function rotate(permutation: Uint8Array, count: number) {
  const first = permutation[0]!;
  permutation.copyWithin(0, 1, count);
  permutation[count - 1] = first;
}

/** The permutation of that number. `rotated[k]` tells how often the first k + 1 were rotated for it: at most k times. */
function permutationOf(number: number, n: number): [permutation: Uint8Array, rotated: Uint8Array] {
  const permutation = Uint8Array.from({ length: n }, (_, index) => index);
  const rotated = new Uint8Array(n + 1);
  let rest = number;
  for (let last = n - 1; last > 0; last--) {
    rotated[last] = Math.floor(rest / factorial(last));
    rest %= factorial(last);
    for (let turn = 0; turn < rotated[last]!; turn++) rotate(permutation, last + 1);
  }
  return [permutation, rotated];
}

function toNext(permutation: Uint8Array, rotated: Uint8Array) {
  rotate(permutation, 2);
  for (let last = 1; ++rotated[last]! > last; ) {
    rotated[last] = 0;
    last++;
    rotate(permutation, last + 1);
  }
}

function flipsOf(permutation: Uint8Array, copy: Uint8Array): number {
  copy.set(permutation);
  let flips = 0;
  for (let first = copy[0]!; first !== 0; first = copy[0]!) {
    copy.subarray(0, first + 1).reverse();
    flips++;
  }
  return flips;
}

function* flipAll(n: number, from: number, to: number, results: SendChan<Found>) {
  const [permutation, rotated] = permutationOf(from, n);
  const copy = new Uint8Array(n);
  const found: Found = { checksum: 0, mostFlips: 0 };
  for (let number = from; number < to; number++) {
    const flips = flipsOf(permutation, copy);
    found.checksum += number % 2 === 0 ? flips : -flips;
    found.mostFlips = Math.max(found.mostFlips, flips);
    toNext(permutation, rotated);
  }
  yield* results.send(found);
}

function* main(n: number) {
  const results = chan<Found>(n);
  // As many ranges as numbers: each has the permutations that end with another one.
  const size = factorial(n - 1);
  for (let range = 0; range < n; range++) go(flipAll, n, range * size, (range + 1) * size, results);
  const all: Found = { checksum: 0, mostFlips: 0 };
  for (let range = 0; range < n; range++) {
    const { checksum, mostFlips } = (yield* results.recv())!;
    all.checksum += checksum;
    all.mostFlips = Math.max(all.mostFlips, mostFlips);
  }
  console.log(all.checksum);
  console.log(`Pfannkuchen(${n}) = ${all.mostFlips}`);
}

await run(main, Number(process.argv[2] ?? 9));
