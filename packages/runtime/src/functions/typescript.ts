/**
 * TypeScript on a thread whose Node doesn't read it. On Node 20, `--import tsx` takes effect on the main thread only, and
 * Vitest transforms what its own threads import, not what ours do. So before the first function that comes from TypeScript or
 * imports some, tsx is registered on this thread where it is installed, and `goroutines/register` where it is not. (Not after
 * a failure: a module that failed to load stays failed.)
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import type { FunctionDefinition } from './reference.ts';

const typeScriptUrl = /\.[cm]?tsx?(?:[?#].*)?$/;
const typeScriptImport = /from"file:[^"]*\.[cm]?tsx?(?:[?#][^"]*)?"/;

/** A global of this name says that `goroutines/register` is at work on this thread, and reads TypeScript. */
export const registeredSymbol: unique symbol = Symbol.for('goroutines.register') as never;

/** Node does not know the file's kind, or met TypeScript in it that is more than types, or where it reads none. */
const refusals = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
]);

/** Whether Node may have refused a file for being TypeScript. */
export function isRefused(error: unknown): boolean {
  return refusals.has((Object(error) as NodeJS.ErrnoException).code ?? '');
}

let ready: Promise<void> | undefined;
let registration = '';

/** Where `goroutines/register` is. */
export function useRegistration(url: string): void {
  registration = url;
}

export function needsTypeScript({ url, source }: FunctionDefinition): boolean {
  if ((process.features as { typescript?: unknown }).typescript) return false;
  if (registeredSymbol in globalThis && !isTsxPreloaded()) return false;
  return typeScriptUrl.test(url) || typeScriptImport.test(source);
}

function isTsxPreloaded(): boolean {
  return tsxFlags().length > 0;
}

function tsxFlags(): string[] {
  return process.execArgv.filter((flag) => /\btsx\b/.test(flag));
}

export function readTypeScript(origin: string): Promise<void> {
  return (ready ??= register(origin));
}

async function register(origin: string): Promise<void> {
  if (isMainThread && isTsxPreloaded()) return;
  const here = pathToFileURL(path.join(process.cwd(), 'index.js')).href;
  const hook = [origin, here, ...tsxFlags()].map(tsxFrom).find((found) => found !== undefined);
  if (hook !== undefined) {
    const tsx = (await import(pathToFileURL(hook).href)) as { register(): unknown };
    tsx.register();
  } else if (registration !== '' && existsSync(new URL(registration))) {
    // A program that was packed into one file has none.
    await import(registration);
  }
}

/** The `tsx` command starts Node with `--import` and a URL inside of its own package, which can name itself. */
function tsxFrom(place: string): string | undefined {
  const named = place.replace(/^--import=/, '');
  const url = path.isAbsolute(named) ? pathToFileURL(named).href : named;
  if (!url.startsWith('file:')) return undefined;
  try {
    return createRequire(url)
      .resolve('tsx/esm/api')
      .replace(/\.cjs$/, '.mjs');
  } catch {
    return undefined;
  }
}
