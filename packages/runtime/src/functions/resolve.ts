/**
 * Import specifiers made absolute, because extracted code runs from a `data:` module, which has no place in the file
 * system. The rules are Node's own (package `exports`, conditions, `#imports`); where the file named doesn't exist,
 * TypeScript's habit of writing `.js` for a `.ts` file is followed, and last the resolver of `require`, which loaders patch.
 */
import { existsSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ownName = /^goroutines$|\/goroutines\/dist\/(bundle\/)?index\.c?js$/;
const ownUrls = new Set(
  ['./index.js', '../index.js', '../bundle/index.js', '../bundle/index.cjs'].map((name) => new URL(name, import.meta.url).href),
);

/** Whether an import specifier, as written or made absolute, is this package. */
export function isOwnModule(specifier: string): boolean {
  return ownName.test(specifier) || ownUrls.has(specifier);
}

const relative = /^\.{0,2}\//;
const scheme = /^[a-z][a-z+.-]+:/i;

export function resolveImport(specifier: string, origin: string): string {
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  if (scheme.test(specifier)) return specifier;
  if (relative.test(specifier)) return withTypeScriptExtension(new URL(specifier, origin).href);
  try {
    const { moduleResolve } = createRequire(import.meta.url)('import-meta-resolve') as typeof import('import-meta-resolve');
    return moduleResolve(specifier, new URL(origin), conditions()).href;
  } catch (error) {
    try {
      return pathToFileURL(createRequire(origin).resolve(specifier)).href;
    } catch {
      throw error;
    }
  }
}

/** Ids in code transformed by Vite: `/@fs/` and an absolute path, or a path from the project's root, or already resolved. */
export function resolveViteId(id: string, origin: string): string {
  if (id.startsWith('/@fs/')) return pathToFileURL(id.slice(process.platform === 'win32' ? 5 : 4).replace(/\?.*$/, '')).href;
  if (!id.startsWith('/') || id.startsWith('//')) return resolveImport(id, origin);
  const name = id.replace(/[?#].*$/, '');
  const roots = [viteRoot(), process.cwd()];
  for (let folder = path.dirname(fileURLToPath(origin)); ; folder = path.dirname(folder)) {
    roots.push(folder);
    if (folder === path.dirname(folder)) break;
  }
  for (const root of roots) {
    if (root !== undefined && existsSync(path.join(root, name))) return pathToFileURL(path.join(root, name)).href;
  }
  return pathToFileURL(name).href;
}

function viteRoot(): string | undefined {
  const worker = (globalThis as { __vitest_worker__?: { config?: { root?: string } } }).__vitest_worker__;
  return worker?.config?.root;
}

const typeScriptExtensions: Record<string, string[]> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

function withTypeScriptExtension(url: string): string {
  if (!url.startsWith('file:')) return url;
  const bare = url.replace(/[?#].*$/, '');
  const file = fileURLToPath(bare);
  if (existsSync(file) && path.extname(file) !== '') return url;
  const extension = path.extname(file);
  const candidates = (typeScriptExtensions[extension] ?? []).map((other) => file.slice(0, -extension.length) + other);
  if (!existsSync(file)) candidates.push(`${file}.ts`, `${file}.tsx`, `${file}.js`);
  candidates.push(path.join(file, 'index.ts'), path.join(file, 'index.js'));
  const found = candidates.find((candidate) => existsSync(candidate));
  return found === undefined ? url : pathToFileURL(found).href + url.slice(bare.length);
}

function conditions(): Set<string> {
  const set = new Set(['node', 'import', 'module-sync', 'node-addons']);
  const flags = [...(process.env.NODE_OPTIONS ?? '').split(/\s+/), ...process.execArgv];
  flags.forEach((flag, index) => {
    const match = /^(?:--conditions|-C)(?:=(.*))?$/.exec(flag);
    const value = match?.[1] ?? (match ? flags[index + 1] : undefined);
    if (value) set.add(value);
  });
  return set;
}
