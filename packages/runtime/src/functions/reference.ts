/**
 * What a function is on the way between threads: a definition (where its code comes from, as plain data) and the
 * values it captured. A definition depends on nothing of the process it was made in: its key is the module's URL and
 * a hash of the code, so that equal keys mean equal code on every thread.
 *
 * The table below remembers functions whose reference can never change: those without captures, those whose captures
 * are bound once, and those that `load` produced here from a reference. `locate` asks it first.
 */

/** Where a goroutine function's code comes from. Plain JSON data; the same for every use of the same function text. */
export interface FunctionDefinition {
  /** `${url}#${hash of source}` */
  key: string;
  /** URL of the module in which the function stands. */
  url: string;
  /** One-based position of the function, in the file the user wrote where an inline source map tells it. */
  line: number;
  column: number;
  name: string;
  /** Text of the extracted ES module: its default export is a factory that takes the captured values. */
  source: string;
  /** Names of the captured variables, in the order in which the factory takes their values. */
  captures: string[];
}

export interface FunctionReference {
  definition: FunctionDefinition;
  /** The captured values themselves (not copies), in the order of `definition.captures`; null when there are none. */
  captures: unknown[] | null;
}

/** References of the user's own functions, which are left untouched: as what a goroutine runs, and as values. */
const goroutines = new WeakMap<Function, FunctionReference>();
const values = new WeakMap<Function, FunctionReference>();
/** On functions that a factory made. There may be one a goroutine, and an entry in a WeakMap costs 500 ns and more in collection. */
const REFERENCE = Symbol('reference');

export function remember(fn: Function, reference: FunctionReference, runs: boolean): void {
  (runs ? goroutines : values).set(fn, reference);
}

/** The same for a function that this library has just made. */
export function mark(fn: Function, reference: FunctionReference): void {
  (fn as Marked)[REFERENCE] = reference;
}

export function recall(fn: Function, runs: boolean): FunctionReference | undefined {
  // A class inherits the properties of the class it extends, but not its code.
  if (typeof fn === 'function' && Object.hasOwn(fn, REFERENCE)) return (fn as Marked)[REFERENCE];
  return (runs ? goroutines : values).get(fn);
}

interface Marked extends Function {
  [REFERENCE]?: FunctionReference;
}
