/**
 * Takes the place of `dist/memory/atomics.js` in a copy of the package: every operation on shared memory is delayed now
 * and then, before or after it, so that other threads get in between any two steps. SEED chooses where. With ONLY, just
 * the operation of that name is delayed, after it and for longer.
 */
import { threadId } from 'node:worker_threads';
import { arena } from './arena.js';

const only = ['hold-ups', 'locks'].includes(process.env.ONLY) ? undefined : process.env.ONLY;
const nap = new Int32Array(new SharedArrayBuffer(4));
let state = ((Number(process.env.SEED) + threadId * 40_503) * 2_654_435_761) >>> 0 || 1;

/** xorshift: from 0 to 1. */
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

function spin(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

function delay() {
  const chance = random();
  if (chance < 0.002) Atomics.wait(nap, 0, 0, random() * 1.5);
  else if (chance < 0.03) spin(random() * 0.03);
}

/** The operation of `Atomics` with delays around it. */
function delayed(name) {
  const operation = Atomics[name];
  if (only === name) {
    return (...operands) => {
      const result = operation(arena.words, ...operands);
      spin(random() * 0.4);
      return result;
    };
  }
  if (only !== undefined) return (...operands) => operation(arena.words, ...operands);
  return (...operands) => {
    delay();
    const result = operation(arena.words, ...operands);
    delay();
    return result;
  };
}

export const load = delayed('load');
export const store = delayed('store');
export const exchange = delayed('exchange');
export const compareExchange = delayed('compareExchange');
export const add = delayed('add');
export const or = delayed('or');
export const and = delayed('and');

export function waitWhile(address, expected, milliseconds) {
  Atomics.wait(arena.words, address, expected, milliseconds);
}

export function waitAsyncWhile(address, expected) {
  const result = Atomics.waitAsync(arena.words, address, expected);
  return result.async ? result.value : null;
}

export function notify(address, count) {
  Atomics.notify(arena.words, address, count);
}
