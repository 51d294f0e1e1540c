/**
 * Which objects of a class can be copied by their properties.
 *
 * As in structured clone, an instance of a program's own class arrives as a plain object with its own enumerable
 * properties. An object whose state is elsewhere (in native memory, in private fields of Node's classes) would arrive
 * empty, so it is refused. The answer depends on the prototypes only, and is kept by prototype.
 *
 * State is elsewhere when a prototype's constructor is native code, when Node marks the class for its own way of
 * moving it (Blob, streams, AbortSignal, file handles), or when it is one of the classes named below.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const answers = new WeakMap<object, boolean>();

/** On prototypes of this library: why instances stay on the thread that made them, as the rest of a sentence about one. */
export const STAYS = Symbol('stays');

/** Classes written in JavaScript, with private state, that are globals of Node. */
const GLOBAL_CLASSES = new Set(
  (
    'AbortController,Event,EventTarget,FormData,Headers,Request,Response,URL,URLSearchParams,URLPattern,TextDecoder,TextEncoder,' +
    'CompressionStream,DecompressionStream,TextDecoderStream,TextEncoderStream,BroadcastChannel,Crypto,CryptoKey,SubtleCrypto,' +
    'Performance,PerformanceEntry,PerformanceObserver,WebSocket,EventSource,Storage,Navigator,Blob,File'
  ).split(','),
);
const NATIVE = /\{\s*\[native code\]\s*\}$/;
const IteratorPrototype: object = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const AsyncIteratorPrototype: object = Object.getPrototypeOf(
  Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())),
);

/** Whether instances with this prototype hold all their state in properties. */
export function isDataClass(prototype: object): boolean {
  let answer = answers.get(prototype);
  if (answer === undefined) {
    answer = examine(prototype);
    answers.set(prototype, answer);
  }
  return answer;
}

function examine(prototype: object): boolean {
  for (let each: object | null = prototype; each !== null; each = Object.getPrototypeOf(each)) {
    if (each === Object.prototype) return true;
    if (each === IteratorPrototype || each === AsyncIteratorPrototype || Object.hasOwn(each, STAYS)) return false;
    const maker: unknown = Object.getOwnPropertyDescriptor(each, 'constructor')?.value;
    if (typeof maker === 'function') {
      // The Object of another realm, such as of a vm context.
      if (maker.name === 'Object' && Object.getPrototypeOf(each) === null) return true;
      if (maker === AsyncLocalStorage) return false;
      if (NATIVE.test(Function.prototype.toString.call(maker))) return false;
      if (GLOBAL_CLASSES.has(maker.name) && Reflect.get(globalThis, maker.name) === maker) return false;
    }
    if (Object.getOwnPropertySymbols(each).some((symbol) => symbol.description?.startsWith('messaging_'))) return false;
  }
  return true;
}

/** 'a Promise', 'an AbortSignal'. */
export function describe(object: object): string {
  return withArticle(classNameOf(object));
}

export function withArticle(name: string): string {
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`;
}

export function classNameOf(object: object): string {
  try {
    const prototype: object | null = Object.getPrototypeOf(object);
    if (prototype === null) return 'object';
    const own: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof own === 'function' && own.name !== '') return own.name;
    // Iterators and generators have a tag instead; `Object.create(something)` has only what it inherits.
    const tag = Object.prototype.toString.call(object).slice('[object '.length, -1);
    const inherited: unknown = Reflect.get(prototype, 'constructor');
    return tag === 'Object' && typeof inherited === 'function' && inherited.name !== '' ? inherited.name : tag;
  } catch {
    return 'object';
  }
}
