/**
 * What a function is on the way between threads: a definition (where its code comes from, as plain data) and the
 * values it captured. A definition depends on nothing of the process it was made in: its key is the module's URL and
 * a hash of the code, so that equal keys mean equal code on every thread.
 *
 * The table below remembers functions whose reference can never change: those without captures, those whose captures
 * are bound once, and those that `load` produced here from a reference. `locate` asks it first.
 */
import { CaptureError } from '../errors.ts';
import { shortName } from './positions.ts';

/** Where a goroutine function's code comes from. Plain JSON data; the same for every use of the same function text. */
export interface FunctionDefinition {
  /** Where the function stands and what it takes along: the same for all texts that are made of it. */
  id: string;
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
  /** The function takes the captured values as its first parameter (`direct.ts`). */
  direct?: boolean;
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
/** On functions that prepared text has marked: what is good for any use, and what is good for a goroutine only. */
const PREPARED = Symbol.for('goroutines.prepared');
const PREPARED_TO_RUN = Symbol.for('goroutines.prepared to run');

/** What stands for a definition where the function can't become a goroutine: the message of the error that `go` throws. */
export interface Refusal {
  refused: string;
}

/**
 * What stands for a definition within the text of that definition: functions that start each other in a circle are in
 * each other's text, which has to end somewhere. It is found by its id, since text of it runs only after it was registered.
 */
export interface Ancestor {
  ancestor: string;
}

/** Gives a definition; one function for each place in a text. */
export type Define = () => FunctionDefinition | Refusal | Ancestor;

let findDefinition: (id: string) => FunctionDefinition | undefined = () => undefined;

/** By who keeps the definitions of all threads. */
export function provideDefinitions(find: (id: string) => FunctionDefinition | undefined): void {
  findDefinition = find;
}

/**
 * A function whose code was found in the text before it ran (`prepare.ts`). It is passed to `go` in the function's
 * place, or belongs to a function that is marked with it.
 */
export class Prepared {
  readonly define: Define;
  /** The captured values, or what reads them; null without any. */
  private readonly values: unknown[] | (() => unknown[]) | null;
  readonly [PREPARED] = true;

  constructor(define: Define, values: unknown[] | (() => unknown[]) | null) {
    this.define = define;
    this.values = values;
  }

  /** Throws CaptureError for a function that can't be one. */
  definition(): FunctionDefinition {
    const definition = this.define();
    if ('refused' in definition) throw new CaptureError(definition.refused);
    if (!('ancestor' in definition)) return definition;
    const found = findDefinition(definition.ancestor);
    if (found === undefined)
      throw new CaptureError(`the definition of the function at ${definition.ancestor} is not known in this process`);
    return found;
  }

  /** The captured values as they are now; throws CaptureError where there is none yet. */
  captures(): unknown[] | null {
    const { values } = this;
    if (typeof values !== 'function') return values;
    try {
      return values();
    } catch (cause) {
      const definition = this.definition();
      // A bundler may have given it another name.
      const named = /'(.+)'/.exec((cause as Error).message)?.[1] ?? '';
      const name = definition.captures.includes(named) ? named : definition.captures.join("' or '");
      throw uninitialised(definition, name, 'goroutine', cause);
    }
  }
}

export function uninitialised(
  { url, line, column }: FunctionDefinition,
  name: string,
  subject: string,
  cause: unknown,
): CaptureError {
  const where = `${subject} at ${shortName(url)}:${line}:${column}`;
  const text = `captures '${name}' before it is initialised. Start it after the declaration of '${name}'.`;
  return new CaptureError(`${where} ${text}`, { cause });
}

export function remember(fn: Function, reference: FunctionReference, runs: boolean): void {
  (runs ? goroutines : values).set(fn, reference);
}

/** The same for a function that this library has just made. */
export function mark(fn: Function, reference: FunctionReference): void {
  Object.defineProperty(fn, REFERENCE, { value: reference, configurable: true });
}

/** What was found at run time. */
export function recall(fn: Function, runs: boolean): FunctionReference | undefined {
  // A class inherits the properties of the class it extends, but not its code.
  if (typeof fn === 'function' && Object.hasOwn(fn, REFERENCE)) return (fn as Marked)[REFERENCE];
  return (runs ? goroutines : values).get(fn);
}

/** Also one that another copy of this package made: a loader may give `require` a copy of its own. */
export function isPrepared(value: unknown): value is Prepared {
  return value instanceof Prepared || (typeof value === 'object' && value !== null && PREPARED in value);
}

/** What was prepared for a function, or stands in its place. */
export function preparedOf(fn: Function | Prepared, runs: boolean): Prepared | undefined {
  if (typeof fn !== 'function') return isPrepared(fn) ? fn : undefined;
  if (runs && Object.hasOwn(fn, PREPARED_TO_RUN)) return (fn as Marked)[PREPARED_TO_RUN];
  return Object.hasOwn(fn, PREPARED) ? (fn as Marked)[PREPARED] : undefined;
}

/** What prepared text calls. It is found as a global of this name, because no import would do for every module that is prepared. */
export const preparedName = '__goroutines';

interface Marked extends Function {
  [REFERENCE]?: FunctionReference;
  [PREPARED]?: Prepared;
  [PREPARED_TO_RUN]?: Prepared;
}

interface Site extends Define {
  constant?: Prepared;
}

const access = {
  /** The public surface: what modules of a bundle's library get for an import of this package. */
  api: {} as object,
  /** The URL of the file that the public surface is of. */
  file: '',
  /** What a worker thread does first. */
  install: undefined as unknown,
  prepared(define: Site, values?: unknown[] | (() => unknown[])): Prepared {
    if (values !== undefined) return new Prepared(define, values);
    return (define.constant ??= new Prepared(define, null));
  },
  mark(fn: unknown, define: Define, values: (() => unknown[]) | null = null, onlyRuns = 0): void {
    if (typeof fn !== 'function' || !Object.isExtensible(fn)) return;
    const key = onlyRuns === 0 ? PREPARED : PREPARED_TO_RUN;
    Object.defineProperty(fn, key, { value: new Prepared(define, values), configurable: true });
  },
};

export function provideApi(api: object, file: string): void {
  access.api = api;
  access.file = file;
  // A function of this package that is a value (a captured `go`, say, or `go.local`) is the same function on every thread.
  for (const [name, value] of Object.entries(api) as [string, object][]) {
    rememberOwn(`api.${name}`, name, value, file);
    for (const [member, { value: fn }] of Object.entries(Object.getOwnPropertyDescriptors(value)))
      rememberOwn(`api.${name}.${member}`, member, fn, file);
  }
}

function rememberOwn(path: string, name: string, value: unknown, file: string): void {
  if (typeof value !== 'function') return;
  const id = `${file}#${path}`;
  const source = `export default()=>globalThis.${preparedName}.${path}`;
  const definition: FunctionDefinition = { id, key: id, url: file, line: 1, column: 1, name, source, captures: [] };
  for (const runs of [true, false]) remember(value, { definition, captures: null }, runs);
}

export function provideInstallation(install: unknown): void {
  access.install = install;
}

/** What stands in its place for modules that run before this one: it keeps the marks. As text, since those modules import nothing. */
export const early = '{early:[],mark(...a){this.early.push(a)}}';

export function providePrepared(): void {
  const before = (globalThis as unknown as Record<string, { early?: Parameters<typeof access.mark>[] } | undefined>)[
    preparedName
  ];
  Object.defineProperty(globalThis, preparedName, { value: access, configurable: true, writable: true });
  for (const marks of before?.early ?? []) access.mark(...marks);
}
