/**
 * Words of the arena, as this module sees them. The seam: the only file that names atomic instructions, so that a test
 * can build the core with delays between any two steps. Addresses are indexes of 32-bit words, as everywhere.
 *
 * The words of an object are named by its address and a constant: the constant then is part of the instruction.
 *
 * Plain access (`get`, `set`) is for words under a lock that the caller holds, or of which it is the only writer; and for a look at
 * others' that need not be new, which says so.
 */

// @ts-ignore: decorator
@inline
export function get(base: i32, word: i32 = 0): i32 {
  return load<i32>((base << 2) + (word << 2));
}

// @ts-ignore: decorator
@inline
export function set(base: i32, word: i32, value: i32): void {
  store<i32>((base << 2) + (word << 2), value);
}

/** Copies the two words of a cell; what it owned belongs to the copy. */
// @ts-ignore: decorator
@inline
export function moveCell(from: i32, fromWord: i32, to: i32, toWord: i32): void {
  store<i64>((to << 2) + (toWord << 2), load<i64>((from << 2) + (fromWord << 2)));
}

/** A cell as a double, such as a priority. Plain, as `get` is. */
// @ts-ignore: decorator
@inline
export function getNumber(base: i32, word: i32 = 0): f64 {
  return load<f64>((base << 2) + (word << 2));
}

// @ts-ignore: decorator
@inline
export function setNumber(base: i32, word: i32, value: f64): void {
  store<f64>((base << 2) + (word << 2), value);
}

/** A cell as it is, all its bits. Plain, as `get` is. */
// @ts-ignore: decorator
@inline
export function getCell(base: i32, word: i32): i64 {
  return load<i64>((base << 2) + (word << 2));
}

// @ts-ignore: decorator
@inline
export function setCell(base: i32, word: i32, value: i64): void {
  store<i64>((base << 2) + (word << 2), value);
}

// @ts-ignore: decorator
@inline
export function atomicLoad(base: i32, word: i32 = 0): i32 {
  return atomic.load<i32>((base << 2) + (word << 2));
}

// @ts-ignore: decorator
@inline
export function atomicStore(base: i32, word: i32, value: i32): void {
  atomic.store<i32>((base << 2) + (word << 2), value);
}

// @ts-ignore: decorator
@inline
export function loadCell(base: i32, word: i32): i64 {
  return atomic.load<i64>((base << 2) + (word << 2));
}

// @ts-ignore: decorator
@inline
export function storeCell(base: i32, word: i32, value: i64): void {
  atomic.store<i64>((base << 2) + (word << 2), value);
}

/** Returns the value found; the exchange happened if that is `expected`. */
// @ts-ignore: decorator
@inline
export function compareExchangeCell(base: i32, word: i32, expected: i64, replacement: i64): i64 {
  return atomic.cmpxchg<i64>((base << 2) + (word << 2), expected, replacement);
}

/** The two for TypeScript, under plain addresses. */
export function loadWord(address: i32): i32 {
  return atomic.load<i32>(address << 2);
}

export function storeWord(address: i32, value: i32): void {
  atomic.store<i32>(address << 2, value);
}

// @ts-ignore: decorator
@inline
export function exchange(address: i32, value: i32): i32 {
  return atomic.xchg<i32>(address << 2, value);
}

/** Returns the value found; the exchange happened if that is `expected`. */
// @ts-ignore: decorator
@inline
export function compareExchange(address: i32, expected: i32, replacement: i32): i32 {
  return atomic.cmpxchg<i32>(address << 2, expected, replacement);
}

/** Returns the value before. */
// @ts-ignore: decorator
@inline
export function add(address: i32, amount: i32): i32 {
  return atomic.add<i32>(address << 2, amount);
}

/** Returns the value before. */
// @ts-ignore: decorator
@inline
export function or(address: i32, bits: i32): i32 {
  return atomic.or<i32>(address << 2, bits);
}

/** Returns the value before. */
// @ts-ignore: decorator
@inline
export function and(address: i32, bits: i32): i32 {
  return atomic.and<i32>(address << 2, bits);
}

/** Does nothing for so many rounds, about 1 ns each: reads a word that nobody writes. */
export function pause(rounds: i32): void {
  for (let round = 0; round < rounds; round++) atomic.load<i32>(0);
}

/**
 * Blocks this thread while the word holds `expected`, at most for so many milliseconds. JavaScript's: on Node 20 a loop
 * around WebAssembly's own `memory.atomic.wait32` sometimes never saw the word change, while it runs as V8's first compiler
 * (Liftoff) has made it: 4 of 30 runs of a stress test hung with it, none of 60 without that compiler, none of 60 without
 * that instruction.
 */
// @ts-ignore: decorator
@external("env", "waitWhile")
export declare function waitWhile(address: i32, expected: i32, milliseconds: i32): void;

export function notify(address: i32, count: i32): void {
  atomic.notify(address << 2, count);
}
