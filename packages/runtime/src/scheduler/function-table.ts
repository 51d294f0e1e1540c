/**
 * Functions by number. A definition (URL, hash, text) is written into the arena once, and goroutine records name it by
 * its number; every thread turns numbers into loaded functions once and keeps them.
 *
 * The number is local to this process; what names a function for good is its definition's key. Two threads that
 * register the same definition at the same time give it two numbers: that costs a slot and nothing else.
 */
import { types } from 'node:util';
import { ArenaExhaustedError } from '../errors.ts';
import type { Use } from '../functions/define.ts';
import { type Factory, load, loaded } from '../functions/load.ts';
import { locate } from '../functions/locate.ts';
import { type Define, type FunctionDefinition, type Prepared, preparedOf, provideDefinitions } from '../functions/reference.ts';
import { registeredSymbol } from '../functions/typescript.ts';
import { add, load as read, store } from '../memory/atomics.ts';
import { FUNCTION_COUNT, FUNCTIONS, MAXIMUM_FUNCTIONS } from '../memory/layout.ts';
import { createFunctionBlock, definitionOf } from './function-block.ts';

const numbers = new Map<string, number>();
/** The definitions that this thread has seen, by id. */
const definitions = new Map<string, FunctionDefinition>();
const functions: Array<LoadedFunction | undefined> = [];
const failures = new Map<number, unknown>();

/**
 * A function as this thread has it. One with captures is made anew for each set of values, and a fresh generator function
 * costs 1.2 µs (V8 makes a prototype object for each). Values that cannot change, handles and primitives, make the same
 * function, so the last one is kept for when they come again, as they do in a loop that starts many goroutines. Most generator
 * functions take the values as a parameter instead, and are one function for all (`functions/direct.ts`).
 */
export class LoadedFunction {
  /** Whether calling it gives a native generator; known after the first call. */
  isGenerator = false;
  private readonly factory: Factory;
  private lastCaptures: unknown[] | null = null;
  private lastFunction: Function | null = null;

  private readonly direct: Function | null;

  constructor(factory: Factory) {
    this.factory = factory;
    this.direct = factory.direct ?? null;
    if (this.direct !== null) this.isGenerator = true;
  }

  call(captures: unknown[] | null, parameters: readonly unknown[]): unknown {
    const { direct } = this; // Called by itself, without a `this`.
    if (direct !== null) return direct(captures, ...parameters);
    const fn = captures === null && this.lastCaptures === null ? this.lastFunction : null;
    return applied(fn ?? this.with(captures), parameters);
  }

  /** Whether calling it with these values gives a native generator: known for all of them once it is for some. */
  givesGenerator(captures: unknown[] | null): boolean {
    if (this.isGenerator === false && this.lastFunction === null) this.with(captures);
    return this.isGenerator;
  }

  with(captures: unknown[] | null): Function {
    if (this.lastFunction !== null && sameValues(captures, this.lastCaptures)) return this.lastFunction;
    const fn = this.factory(captures);
    if (this.lastFunction === null) this.isGenerator = types.isGeneratorFunction(fn);
    this.lastFunction = fn;
    this.lastCaptures = captures;
    return fn;
  }
}

/** To spread an array is a call into V8's own code, which few parameters need not pay. */
function applied(fn: Function, parameters: readonly unknown[]): unknown {
  switch (parameters.length) {
    case 0:
      return fn();
    case 1:
      return fn(parameters[0]);
    case 2:
      return fn(parameters[0], parameters[1]);
    case 3:
      return fn(parameters[0], parameters[1], parameters[2]);
    default:
      return fn(...parameters);
  }
}

/** True when both hold the same values and none of them can be changed in place. Objects are fresh copies, so never the same. */
function sameValues(a: unknown[] | null, b: unknown[] | null): boolean {
  if (a === null || b === null) return a === b;
  for (let index = 0; index < a.length; index++) if (!Object.is(a[index], b[index])) return false;
  return true;
}

/** A function without captured values, and its number: the same over and over is the common case. */
interface Known {
  fn: Function | null;
  number: number;
}

/** The last one that was started, and the last one that was copied: they may have different code. */
const started: Known = { fn: null, number: 0 };
const copied: Known = { fn: null, number: 0 };
/** Whether it is the function without captured values that was started last. */
export function wasStartedLast(fn: unknown): boolean {
  return fn === started.fn && fn !== null;
}

/** Captured values of the function that `numberOf` was last called for, or null. */
export let locatedCaptures: unknown[] | null = null;

/** Numbers of what was prepared, by its place in the text. */
const prepared = new Map<Define, number>();
let lastPlace: Define | null = null;
let lastPlaceNumber = 0;

/** Calls with captured values that the inspector had to read, and how many of them are worth a word. */
let captured = 0;
const MANY_CAPTURED = 1000;
let hint: () => void = () => undefined;

/** Called once, when this thread has read captured values many times at run time. */
export function whenManyCaptured(told: () => void): void {
  hint = told;
}

/**
 * The number of a function; its captured values are left in `locatedCaptures`. Throws CaptureError or TypeError. `api` is
 * for messages.
 */
export function numberOf(fn: Function, api: string, use: Use = 'run'): number {
  const last = use === 'run' ? started : copied;
  if (fn !== last.fn) return numberOfOther(fn, api, use, last);
  locatedCaptures = null;
  return last.number;
}

function numberOfOther(fn: Function, api: string, use: Use, last: Known): number {
  const ahead = preparedOf(fn, use === 'run');
  const number = ahead === undefined ? numberLocated(fn, api, use) : numberOfPrepared(ahead);
  if (locatedCaptures === null) {
    // One with captures must be looked at each time.
    last.fn = fn;
    last.number = number;
  }
  return number;
}

function numberLocated(fn: Function, api: string, use: Use): number {
  const { definition, captures } = locate(fn, api, use);
  locatedCaptures = captures;
  if (captures !== null && ++captured === MANY_CAPTURED && !(registeredSymbol in globalThis)) hint();
  return registered(definition);
}

function numberOfPrepared(ahead: Prepared): number {
  const { define } = ahead;
  if (define !== lastPlace) {
    let number = prepared.get(define);
    if (number === undefined) prepared.set(define, (number = registered(ahead.definition())));
    lastPlace = define;
    lastPlaceNumber = number;
  }
  locatedCaptures = ahead.captures();
  return lastPlaceNumber;
}

function registered(definition: FunctionDefinition): number {
  const known = numbers.get(definition.key);
  if (known !== undefined) return known;
  const block = createFunctionBlock(definition);
  const number = add(FUNCTION_COUNT, 1);
  if (number >= MAXIMUM_FUNCTIONS) {
    throw new ArenaExhaustedError(`more than ${MAXIMUM_FUNCTIONS} different functions were started as goroutines`);
  }
  // Publishes the block's words: pairs with the load in `definitionOf`.
  store(FUNCTIONS + number, block);
  numbers.set(definition.key, number);
  definitions.set(definition.id, definition);
  return number;
}

provideDefinitions((id) => {
  for (let number = 0; number < read(FUNCTION_COUNT) && !definitions.has(id); number++) {
    // Another thread may be about to publish it.
    if (read(FUNCTIONS + number) === 0) continue;
    const definition = definitionOf(number);
    definitions.set(definition.id, definition);
  }
  return definitions.get(id);
});

/** The loaded function of this number, if this thread has it. */
export function functionOf(number: number): LoadedFunction | undefined {
  return functions[number];
}

/** Why a function could not be loaded into this thread; undefined when it was not tried or could. */
export function failureOf(number: number): unknown {
  return failures.get(number);
}

/** Loads a function into this thread. */
export async function loadNumber(number: number): Promise<void> {
  const definition = definitionOf(number);
  try {
    functions[number] = new LoadedFunction(loaded(definition.key) ?? (await load(definition)));
  } catch (error) {
    failures.set(number, error);
    throw error;
  }
}

/** Forgets the numbers of an arena used before. */
export function initializeFunctions(): void {
  numbers.clear();
  definitions.clear();
  functions.length = 0;
  failures.clear();
  prepared.clear();
  lastPlace = null;
  started.fn = null;
  copied.fn = null;
  locatedCaptures = null;
}
