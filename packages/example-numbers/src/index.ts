// A package of a monorepo: ordinary code that knows nothing of goroutines. `packages/examples/src/recipes/monorepo.ts` runs
// it as some.

import { next } from './collatz.ts';

export interface Chain {
  start: number;
  length: number;
}

/** The longest Collatz chain that starts at `from` or above, and below `to`. */
export function longestChain(from: number, to: number): Chain {
  let longest: Chain = { start: from, length: 0 };
  for (let start = from; start < to; start++) {
    let length = 1;
    for (let value = start; value > 1; value = next(value)) length++;
    if (length > longest.length) longest = { start, length };
  }
  return longest;
}
