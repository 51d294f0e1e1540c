/**
 * Functions by number. A definition (URL, hash, text) is written into the arena once, and goroutine records name it by
 * its number; every thread turns numbers into loaded functions once and keeps them.
 *
 * The number is local to this process; what names a function for good is its definition's key. Two threads that
 * register the same definition at the same time give it two numbers: that costs a slot and nothing else.
 */
import { decode } from '../codec/decode.ts';
import { encode } from '../codec/encode.ts';
import { ArenaExhaustedError } from '../errors.ts';
import { load as loadFunction, loaded, type Factory } from '../functions/load.ts';
import { locate } from '../functions/locate.ts';
import type { FunctionDefinition } from '../functions/reference.ts';
import { words } from '../memory/arena.ts';
import { add, load, store } from '../memory/atomics.ts';
import { allocate } from '../memory/heap.ts';
import { FUNCTION_COUNT, FUNCTIONS, KIND_FUNCTION, MAXIMUM_FUNCTIONS } from '../memory/layout.ts';

const numbers = new Map<string, number>();
const factories: Array<Factory | undefined> = [];

/** A block of a definition: one cell. */
const DEFINITION_BYTES = 8;

let lastFunction: Function | null = null;
let lastNumber = 0;
/** Captured values of the function that `numberOf` was last called for, or null. */
export let locatedCaptures: unknown[] | null = null;

/** The number of a function; its captured values are left in `locatedCaptures`. Throws CaptureError or TypeError. */
export function numberOf(fn: Function, api: string): number {
  if (fn === lastFunction) {
    locatedCaptures = null;
    return lastNumber;
  }
  const reference = locate(fn, api);
  const number = registered(reference.definition);
  locatedCaptures = reference.captures;
  if (reference.captures === null) {
    // The same function over and over is the common case. One with captures must be looked at each time.
    lastFunction = fn;
    lastNumber = number;
  }
  return number;
}

function registered(definition: FunctionDefinition): number {
  const known = numbers.get(definition.key);
  if (known !== undefined) return known;
  const block = allocate(KIND_FUNCTION, DEFINITION_BYTES);
  encode(JSON.stringify(definition), block >> 1, 'register a function');
  const number = add(FUNCTION_COUNT, 1);
  if (number >= MAXIMUM_FUNCTIONS) {
    throw new ArenaExhaustedError(`more than ${MAXIMUM_FUNCTIONS} different functions were started as goroutines`);
  }
  // Publishes the block's words: pairs with the load in `definitionOf`.
  store(FUNCTIONS + number, block);
  numbers.set(definition.key, number);
  return number;
}

export function definitionOf(number: number): FunctionDefinition {
  return JSON.parse(decode(load(FUNCTIONS + number) >> 1) as string) as FunctionDefinition;
}

/** The loaded function of this number, if this thread has it. */
export function factoryOf(number: number): Factory | undefined {
  return factories[number];
}

/** Loads a function into this thread. */
export async function loadFactory(number: number): Promise<void> {
  const definition = definitionOf(number);
  factories[number] = loaded(definition.key) ?? (await loadFunction(definition));
}

/** Forgets the numbers of an arena used before. */
export function initializeFunctions(): void {
  numbers.clear();
  factories.length = 0;
  lastFunction = null;
  locatedCaptures = null;
}

export function functionCount(): number {
  return words[FUNCTION_COUNT]!;
}
