/**
 * Names of modules that only the bundler knows (`@/tools`, as configured there). Definitions name what they import by its
 * file; Rollup, Rolldown and Vite can be asked which that is.
 */
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isOwnModule, resolveImport } from '../functions/resolve.ts';

/** What a plugin's hook can ask, where the bundler has such a thing. */
export interface Resolver {
  resolve?(specifier: string, importer: string): Promise<{ id: string; external?: unknown } | null>;
}

const specifiers = /\b(?:from|import)\s*\(?\s*(["'])([^"'\n]+)\1/g;

/** URLs by specifier, for those in a module that Node would not find. */
export async function aliasesIn(code: string, id: string, resolver: Resolver): Promise<Map<string, string>> {
  const aliases = new Map<string, string>();
  if (!resolver.resolve) return aliases;
  for (const [, , specifier] of code.matchAll(specifiers)) {
    if (/^\.{1,2}\//.test(specifier!) || isBuiltin(specifier!) || isOwnModule(specifier!) || isFoundByNode(specifier!, id))
      continue;
    const found = await resolver.resolve(specifier!, id);
    const file = found?.id.replace(/[?#].*$/, '') ?? '';
    if (path.isAbsolute(file)) aliases.set(specifier!, pathToFileURL(file).href);
  }
  return aliases;
}

function isFoundByNode(specifier: string, id: string): boolean {
  try {
    resolveImport(specifier, pathToFileURL(id.replace(/[?#].*$/, '')).href);
    return true;
  } catch {
    return false;
  }
}
