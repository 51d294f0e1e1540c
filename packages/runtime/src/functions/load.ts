/**
 * From a definition to the function, on the thread that runs it. The extracted module is imported once per key and
 * thread; its factory makes a function for each set of captured values, or one function for ever where nothing is captured.
 * A produced function remembers its reference, so it can be passed to `go` again wherever it is.
 */
import { CaptureError } from '../errors.ts';
import { announceScript } from './inspector.ts';
import { withLibrary, withOriginalPlaces } from './library.ts';
import { provideOrigins } from './origin.ts';
import { shortName } from './positions.ts';
import { type FunctionDefinition, mark, providePrepared } from './reference.ts';
import { isTyped } from './strip.ts';
import { isRefused, needsTypeScript, readTypeScript } from './typescript.ts';

export interface Factory {
  (captures: readonly unknown[] | null): Function;
  /** One function for all captured values, which it takes before its arguments. */
  direct?: Function;
}

type ModuleFactory = (captures: readonly unknown[] | null) => Function;

const loading = new Map<string, Promise<Factory>>();
const factories = new Map<string, Factory>();
const ADDRESS_START = 'data:text/javascript;base64,';
/** The URLs of the modules that extracted ones come from, by their address. */
const origins = new Map<string, string>();

provideOrigins();
providePrepared();

export function load(definition: FunctionDefinition): Promise<Factory> {
  let promise = loading.get(definition.key);
  if (!promise) loading.set(definition.key, (promise = importFactory(definition)));
  return promise;
}

export function loaded(key: string): Factory | undefined {
  return factories.get(key);
}

async function importFactory(definition: FunctionDefinition): Promise<Factory> {
  if (needsTypeScript(definition)) await readTypeScript(definition.url);
  const make = await importSource(definition);
  announceScript(make, {
    url: definition.url,
    text: definition.source,
    isModule: true,
    startLine: 0,
    startColumn: 0,
    sourceMapURL: '',
  });
  const factory = factoryOf(definition, make);
  factories.set(definition.key, factory);
  return factory;
}

async function importSource(definition: FunctionDefinition): Promise<ModuleFactory> {
  // Base64, because percent-encoding would triple the white space that extracted modules are full of.
  const address = `${ADDRESS_START}${Buffer.from(withLibrary(definition.source)).toString('base64')}`;
  try {
    const make = ((await import(address)) as { default: ModuleFactory }).default;
    origins.set(address, definition.url);
    return make;
  } catch (cause) {
    const place = `${shortName(definition.url)}:${definition.line}:${definition.column}`;
    clearAddress(cause, address, definition.url);
    const why = cause instanceof Error ? cause.message : String(cause);
    const remedy = isMoreThanNodeReads(cause) ? howToReadAll : '';
    throw new CaptureError(`cannot load the function at ${place}: ${why}${remedy}`, { cause });
  }
}

const howToReadAll =
  '. Start Node with --import goroutines/register (in Vitest by execArgv), which reads all of TypeScript on every thread.';

/** Node takes types away at most; what else there is in TypeScript it refuses. */
function isMoreThanNodeReads(cause: unknown): boolean {
  const kind = /^Unknown file extension "(.*)"/.exec(String((cause as Error | null)?.message))?.[1];
  return isRefused(cause) && (kind === undefined || isTyped(kind));
}

function factoryOf(definition: FunctionDefinition, make: ModuleFactory): Factory {
  if (definition.direct) return directFactory(make(null));
  return definition.captures.length === 0 ? constantFactory(definition, make) : closureFactory(definition, make);
}

function directFactory(direct: Function): Factory {
  const factory =
    (captures: readonly unknown[] | null) =>
    (...parameters: unknown[]) =>
      direct(captures, ...parameters);
  return Object.assign(factory, { direct });
}

function constantFactory(definition: FunctionDefinition, make: ModuleFactory): Factory {
  let fn: Function | undefined;
  return () => {
    if (!fn) {
      fn = make(null);
      mark(fn, { definition, captures: null });
    }
    return fn;
  };
}

function closureFactory(definition: FunctionDefinition, make: ModuleFactory): Factory {
  return (captures) => {
    const fn = make(captures);
    mark(fn, { definition, captures: captures as unknown[] });
    return fn;
  };
}

/**
 * Where stack traces are made by source maps (Vitest, `--enable-source-maps`) they name extracted code by its address,
 * which is its whole text, and not by the URL it says it comes from. Puts the URL in the address's place; likewise the user's files
 * in the place of a bundle's library.
 */
export function nameOrigins(error: unknown): void {
  try {
    if (!(error instanceof Error) || typeof error.stack !== 'string') return;
    let stack = withOriginalPlaces(error.stack);
    if (stack.includes(ADDRESS_START)) for (const [address, url] of origins) stack = stack.replaceAll(address, url);
    if (stack !== error.stack) error.stack = stack;
  } catch {
    // A user's own `stack`: it stays as it is.
  }
}

/** Node's messages name the importing module by its URL, which here is its whole text. */
function clearAddress(error: unknown, address: string, url: string): void {
  if (!(error instanceof Error) || !error.message.includes(address)) return;
  const stack = error.stack;
  error.message = error.message.replaceAll(address, url);
  if (stack !== undefined) error.stack = stack.replaceAll(address, url);
}
