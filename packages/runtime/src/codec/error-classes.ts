/**
 * Classes of errors that come back as themselves: the language's and this library's. Another class comes back as the
 * nearest of these above it, and keeps its name in `name`.
 */
import * as library from '../errors.ts';

type ErrorClass = abstract new (...args: never[]) => Error;

const classes = new Map<string, ErrorClass>();
const builtin: ErrorClass[] = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError];
const suppressed: unknown = Reflect.get(globalThis, 'SuppressedError');
if (typeof suppressed === 'function') builtin.push(suppressed as ErrorClass);
for (const each of [...builtin, ...Object.values(library)]) classes.set(each.name, each as ErrorClass);

export function errorClass(name: string): ErrorClass {
  return classes.get(name) ?? Error;
}

/** The nearest class that comes back as itself, and the name to keep when that is another class. */
export function classifyError(error: Error): { className: string; name: string | undefined } {
  let own = '';
  for (let each: object | null = Object.getPrototypeOf(error); each !== null; each = Object.getPrototypeOf(each)) {
    const maker: unknown = Object.getOwnPropertyDescriptor(each, 'constructor')?.value;
    if (typeof maker !== 'function') continue;
    if (classes.has(maker.name)) return { className: maker.name, name: nameToKeep(error, own, maker.name) };
    if (own === '') own = maker.name;
  }
  return { className: 'Error', name: nameToKeep(error, own, 'Error') };
}

function nameToKeep(error: Error, own: string, className: string): string | undefined {
  if (Object.prototype.propertyIsEnumerable.call(error, 'name')) return undefined;
  const name: unknown = error.name;
  if (typeof name === 'string' && name !== errorClass(className).prototype.name) return name;
  return own === '' ? undefined : own;
}

/** An error of that class, made without running its constructor and without a stack. */
export function makeError(className: string): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return Reflect.construct(Error, [], errorClass(className)) as Error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** What can be copied of any error: its class as far as that comes back as itself, name, message, code and stack. Never throws itself. */
export function bareError(error: Error): Error {
  try {
    const bare = makeError(classifyError(error).className);
    for (const key of ['name', 'message', 'code', 'stack'] as const) {
      const value: unknown = Reflect.get(error, key);
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      Object.defineProperty(bare, key, { value, writable: true, enumerable: key === 'code', configurable: true });
    }
    return bare;
  } catch {
    return new Error(library.textOf(error));
  }
}

/** Own properties that errors have without being enumerable. */
export const HIDDEN_ERROR_PROPERTIES = ['message', 'cause', 'errors', 'error', 'suppressed', 'code'] as const;
