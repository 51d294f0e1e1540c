/**
 * Keys of `withValue`. A context is seen by all threads, and so are its keys: they compare by value. Strings, numbers and
 * the symbols of `Symbol.for`, which are the same on every thread, are keys; each has a text, whose first character tells
 * the kind.
 */
import { typeName } from '../errors.ts';

/** The text of a key. Throws TypeError for what cannot be one. */
export function keyText(api: string, key: unknown): string {
  if (typeof key === 'string') return `"${key}`;
  if (typeof key === 'number') return `#${key}`;
  if (typeof key === 'symbol') {
    const registered = Symbol.keyFor(key);
    if (registered !== undefined) return `@${registered}`;
    throw new TypeError(
      `${api}: the key ${String(key)} is not the same on other threads; use Symbol.for(...), a string or a number`,
    );
  }
  throw new TypeError(`${api}: a key is a string, a number or a Symbol.for(...), got ${typeName(key)}`);
}
