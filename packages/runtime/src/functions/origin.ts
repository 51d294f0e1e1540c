/**
 * What a module has besides its imports and globals: `import.meta`, `import()` relative to itself, and CommonJS's
 * `require` and its friends. Extracted code stands in a `data:` module and so has none of them; it asks here for those
 * of the module it came from.
 *
 * Extracted text reads them through a global symbol, in one line at its end that is an ordinary constant declaration;
 * code extracted again from extracted code therefore carries that line along as it carries any other constant.
 * `import.meta` and `import` are replaced by names of the same length, so that no column moves.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveImport, resolveViteId } from './resolve.ts';

export const importMetaName = '$importMeta';
export const dynamicImportName = '$impor';
/** What loops in extracted code ask: see `preempt.ts`. */
export const preemptName = '$preempt';
/** What extracted code calls in the place of a `go` whose handle it does not use: see `instrument.ts`. */
export const startName = '$g';
const viteMetaName = '__vite_ssr_import_meta__';
const viteDynamicImportName = '__vite_ssr_dynamic_import__';
const keepNameName = '__name';

/** The first parameter of a module as Vite's module runner runs it. */
export const viteExportsName = '__vite_ssr_exports__';
/** Names that Vite's transform takes as parameters of a module. */
export const viteNames: ReadonlySet<string> = new Set([
  viteMetaName,
  viteDynamicImportName,
  'require',
  '__filename',
  '__dirname',
]);
export const commonjsNames: ReadonlySet<string> = new Set(['require', '__filename', '__dirname']);
/** esbuild's helper that sets a function's name; taken from here, because as text it would push the code behind it aside. */
export const isKeepName = (name: string): boolean => name === keepNameName;

const accessSymbol = 'goroutines.origin';

/** The line at the end of an extracted module that declares `names` as they are in the module at `url`. */
export function declareOriginNames(names: Iterable<string>, url: string): string {
  return `const{${[...names].join(',')}}=globalThis[Symbol.for("${accessSymbol}")](${JSON.stringify(url)});`;
}

/** Whether a text was written by `extract.ts`, with the line above in it. */
export function isExtracted(text: string): boolean {
  return text.includes(`}=globalThis[Symbol.for("${accessSymbol}")](`);
}

/** The text with its call for the origin's names given what `require` is to give: see `Modules`. */
export function withModules(text: string, modules: Modules): string {
  const call = new RegExp(`(\\}=globalThis\\[Symbol\\.for\\("${accessSymbol.replace('.', '\\.')}"\\)\\]\\("[^"\\\\]*")\\)`);
  return text.replace(call, (_, head: string) => `${head},${JSON.stringify(modules)})`);
}

/** The text with `import.meta` as Vite makes it, with `env`. */
export function withViteMeta(text: string): string {
  const declared = /(?<=[;}]const\{(?:[^{}]*,)?)\$importMeta(?=[,}][^{]*=globalThis\[Symbol\.for\("goroutines\.origin"\)\])/;
  return text.replace(declared, () => `${viteMetaName}:${importMetaName}`);
}

/** Whether an initializer is the call written by `declareOriginNames`. */
export function isOriginCall(text: string): boolean {
  return text.startsWith(`globalThis[Symbol.for("${accessSymbol}")](`);
}

/** The answer to a loop that has done so many iterations: how many it is to do next, or 0 where it is to pause first. */
export interface Preemption {
  (count: number, most: number): number;
  /** After a 0: for `yield*`, which pauses and then gives the next number. */
  pause(): Iterable<unknown, number, unknown>;
  /** Gives back what it gets. */
  same(value: unknown): unknown;
  /**
   * How far a loop may count that stands at `from` and goes to so much before `last`, with so much left of its count; NaN for what is
   * no number.
   */
  until(from: unknown, last: unknown, left: number, before?: number): number;
}

/** What depends on no scheduler. */
export const preemptionHelpers: Pick<Preemption, 'same' | 'until'> = {
  same: (value) => value,
  until(from, last, left, before = 0) {
    if (typeof from !== 'number' || (from | 0) !== from || typeof last !== 'number') return Number.NaN;
    const end = from + left;
    return end < last - before ? end : Math.floor(last - before);
  },
};

/** Where there is no scheduler. */
let preemption: Preemption = Object.assign(() => 2 ** 20, preemptionHelpers, { pause: () => [] as never });

/** Before the first function is loaded. */
export function providePreemption(answer: Preemption): void {
  preemption = answer;
}

type Start = (fn: Function, ...parameters: unknown[]) => void;
let start: Start;

/** By the module that has `go`, which every code that starts goroutines imports. */
export function provideStart(answer: Start): void {
  start = answer;
}

/** What `require` gives in a bundle: a file of the library for each specifier, and whether it was CommonJS. */
type Modules = Readonly<Record<string, readonly [file: string, isCommonJS: boolean]>>;

class Origin {
  readonly #url: string;
  readonly #modules: Modules | undefined;

  constructor(url: string, modules: Modules | undefined) {
    this.#url = url;
    this.#modules = modules;
  }

  get #file(): string | undefined {
    return this.#url.startsWith('file:') ? fileURLToPath(this.#url.replace(/[?#].*$/, '')) : undefined;
  }

  get require(): NodeJS.Require {
    const require = createRequire(this.#url);
    const modules = this.#modules;
    if (!modules) return require;
    const fromLibrary = (specifier: string): unknown => {
      if (!Object.hasOwn(modules, specifier)) return require(specifier);
      const [file, isCommonJS] = modules[specifier]!;
      const module = require(fileURLToPath(file));
      return isCommonJS ? module.default : module;
    };
    return Object.assign(fromLibrary, require);
  }

  get __filename(): string | undefined {
    return this.#file;
  }

  get __dirname(): string | undefined {
    const file = this.#file;
    return file === undefined ? undefined : path.dirname(file);
  }

  get [importMetaName](): object {
    const url = this.#url;
    const resolve = (specifier: string): string => resolveImport(specifier, url);
    return { dirname: this.__dirname, filename: this.__filename, main: false, resolve, url };
  }

  get [dynamicImportName](): (specifier: unknown, options?: ImportCallOptions) => Promise<unknown> {
    const url = this.#url;
    return async (specifier, options) => import(resolveImport(String(specifier), url), options);
  }

  get [preemptName](): Preemption {
    return preemption;
  }

  get [startName](): Start {
    return start;
  }

  get [viteMetaName](): object {
    return { ...this[importMetaName], env: process.env };
  }

  get [viteDynamicImportName](): (id: unknown) => Promise<unknown> {
    const url = this.#url;
    return async (id) => import(resolveViteId(String(id), url));
  }

  get [keepNameName](): (fn: Function, name: string) => Function {
    return (fn, name) => Object.defineProperty(fn, 'name', { value: name, configurable: true });
  }
}

const access = (url: string, modules?: Modules): Origin => new Origin(url, modules);

/** Makes the names available to the extracted modules of this thread. */
export function provideOrigins(): void {
  Object.defineProperty(globalThis, Symbol.for(accessSymbol), { value: access, configurable: true });
}
