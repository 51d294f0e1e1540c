// The work of the recipes: it keeps a core busy and waits for nothing.

/** How many primes there are from `from` on, and below `to`. A generator, so that its loops make way and can be cancelled. */
export function* countPrimes(from: number, to: number): Generator<unknown, number, unknown> {
  let count = 0;
  for (let candidate = Math.max(from, 2); candidate < to; candidate++) {
    let divisor = 2;
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor++;
    if (divisor * divisor > candidate) count++;
  }
  return count;
}
