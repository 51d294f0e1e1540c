// A monorepo: the work comes from another package of the workspace, which pnpm has linked into node_modules. It is imported
// on each thread as it is here, and brings its own imports with it.

import { go } from 'goroutines';
import { type Chain, longestChain } from 'goroutines-example-numbers';

const limit = Number(process.argv[2] ?? 1_000_000);
const parts = 8;

const chains = await Promise.all(
  Array.from({ length: parts }, (_, part) => {
    const from = 1 + Math.floor((part * (limit - 1)) / parts);
    const to = 1 + Math.floor(((part + 1) * (limit - 1)) / parts);
    return go(() => longestChain(from, to)); // or, without a closure: go(longestChain, from, to)
  }),
);
const { start, length } = chains.reduce((longest: Chain, chain) => (chain.length > longest.length ? chain : longest));
console.log(`the longest chain below ${limit} starts at ${start} and has ${length} numbers`);
