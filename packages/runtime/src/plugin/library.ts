/**
 * The library of a bundle: what its definitions import, bundled by rolldown so that every such module is a file that
 * worker threads can import, and is evaluated once a thread however many functions use it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { libraryPrefix } from '../functions/library.ts';
import { looksLikeModule } from '../functions/module-kind.ts';
import { dynamicImportName, withModules } from '../functions/origin.ts';
import type { Options } from '../functions/prepare.ts';
import type { FunctionDefinition } from '../functions/reference.ts';
import { isOwnModule, resolveImport } from '../functions/resolve.ts';
import { runtimeOnWorkers } from './runtime-module.ts';
import { transformModule } from './transform.ts';

const runtimeId = '\0goroutines';
const runtimeFile = 'goroutines.mjs';
/** An import statement as `extract.ts` writes it. */
const importFrom = /^(import[^;]*? ?from)"(file:[^"]+)"(with\{[^}]*\})?;/;
/** `import('…')`, as it stands in definitions. */
export const dynamicImport = new RegExp(`(${dynamicImportName.replace('$', '\\$')}\\s*\\(\\s*)(["'])([^"'\\\\]+)\\2`, 'g');

const requireCall = /\brequire\s*\(\s*(["'])([^"'\\]+)\1\s*\)/g;

export class Library {
  readonly #exported: readonly string[];
  /** Files of the modules that definitions import, by path. */
  readonly #files = new Map<string, string>();

  /** Files by the names that the bundler has for them, for modules that use those names in the library. */
  readonly #aliases = new Map<string, string>();

  /** How the modules of a bundle are prepared. */
  readonly options: Options = { adopt: (definition) => this.adopt(definition), values: true };

  constructor(exported: readonly string[]) {
    this.#exported = exported;
  }

  addAliases(aliases: ReadonlyMap<string, string>): void {
    for (const [specifier, url] of aliases) this.#aliases.set(specifier, fileURLToPath(url));
  }

  /** The definition with its imports taken from the library. */
  adopt(definition: FunctionDefinition): FunctionDefinition {
    const source = definition.source
      .replace(/^\};import.*$/m, (line) => `};${this.#adoptImports(line.slice('};'.length))}`)
      .replace(dynamicImport, (text, head: string, _, specifier: string) =>
        this.#adoptDynamic(text, head, specifier, definition.url),
      );
    return this.#adoptRequires({ ...definition, source });
  }

  /** `require('…')` in code of CommonJS. */
  #adoptRequires(definition: FunctionDefinition): FunctionDefinition {
    const { url } = definition;
    const modules: Record<string, [file: string, isCommonJS: boolean]> = {};
    for (const [, , specifier] of definition.source.matchAll(requireCall)) {
      const resolved = resolveRequire(specifier!, url);
      if (resolved === undefined) continue;
      const file = `${libraryPrefix}${this.#fileOf(resolved)}`;
      modules[specifier!] = [file, !isOwnModule(resolved) && !isModuleFile(fileURLToPath(resolved))];
    }
    const source = Object.keys(modules).length === 0 ? definition.source : withModules(definition.source, modules);
    return { ...definition, source };
  }

  /** Import statements stand in one line, one behind the other, at its beginning. */
  #adoptImports(line: string): string {
    let result = '';
    let rest = line;
    while (rest.startsWith('import')) {
      const end = statementEnd(rest);
      const statement = rest.slice(0, end);
      rest = rest.slice(end);
      result += statement.replace(importFrom, (_, head: string, url: string) => `${head}"${libraryPrefix}${this.#fileOf(url)}";`);
    }
    return result + rest;
  }

  /** What can't be found now may be found when the program runs. */
  #adoptDynamic(text: string, head: string, specifier: string, origin: string): string {
    try {
      const url = resolveImport(specifier, origin);
      return url.startsWith('file:') ? `${head}"${libraryPrefix}${this.#fileOf(url)}"` : text;
    } catch {
      return text;
    }
  }

  #fileOf(url: string): string {
    if (isOwnModule(url)) return runtimeFile;
    const id = fileURLToPath(url.replace(/[?#].*$/, ''));
    let file = this.#files.get(id);
    if (file === undefined) {
      const name = path.basename(id).replace(/[^\w-]+/g, '-');
      this.#files.set(id, (file = `${this.#files.size}-${name}.mjs`));
    }
    return file;
  }

  /** The files, by name. Modules that are bundled may bring definitions, and those more modules. */
  async build(): Promise<Record<string, string>> {
    for (;;) {
      const known = this.#files.size;
      const files = await this.#bundle();
      if (this.#files.size === known) return files;
    }
  }

  #aliasUrls(): Map<string, string> {
    return new Map([...this.#aliases].map(([specifier, file]) => [specifier, pathToFileURL(file).href]));
  }

  async #bundle(): Promise<Record<string, string>> {
    const runtime = runtimeOnWorkers(this.#exported);
    if (this.#files.size === 0) return { [runtimeFile]: runtime };
    const { build } = await rolldown();
    // A file may be gone since the last build.
    const entries = [...this.#files].filter(([id]) => existsSync(id)).map(([id, file]) => [file.slice(0, -'.mjs'.length), id]);
    const { output } = await build({
      input: Object.fromEntries(entries) as Record<string, string>,
      platform: 'node',
      write: false,
      logLevel: 'silent',
      preserveEntrySignatures: 'strict',
      output: {
        format: 'esm',
        entryFileNames: '[name].mjs',
        chunkFileNames: 'chunk-[hash].mjs',
        sourcemap: true,
        sourcemapExcludeSources: true,
        sourcemapPathTransform: (source, map) => pathToFileURL(path.resolve(path.dirname(map), source)).href,
      },
      plugins: [
        {
          name: 'goroutines',
          resolveId: (id) => (isOwnModule(id) ? runtimeId : this.#aliases.get(id)),
          load: (id) => (id === runtimeId ? runtime : undefined),
          transform: (code, id) => {
            if (id === runtimeId) return undefined;
            const result = transformModule(code, id, this.options, this.#aliasUrls());
            return result && { code: result.code, map: { ...result.map, mappings: result.map.mappings } };
          },
        },
      ],
    });
    const files: Record<string, string> = { [runtimeFile]: runtime };
    for (const chunk of output) {
      if (chunk.type !== 'chunk') continue;
      files[chunk.fileName] = chunk.code;
      if (chunk.map) files[`${chunk.fileName}.map`] = JSON.stringify(chunk.map);
    }
    return files;
  }
}

function resolveRequire(specifier: string, origin: string): string | undefined {
  if (isBuiltin(specifier)) return undefined;
  if (isOwnModule(specifier)) return specifier;
  try {
    return pathToFileURL(createRequire(origin).resolve(specifier)).href;
  } catch {
    return undefined;
  }
}

/** JSON counts as CommonJS: its value is what it exports. */
function isModuleFile(file: string): boolean {
  return !/\.(c[jt]s|json)$/.test(file) && looksLikeModule(readFileSync(file, 'utf8'));
}

async function rolldown(): Promise<typeof import('rolldown')> {
  try {
    return await import('rolldown');
  } catch (cause) {
    throw new Error('goroutines/plugin packs what goroutines import with rolldown: npm install --save-dev rolldown', { cause });
  }
}

/** Where a statement ends: at a semicolon outside of strings. */
function statementEnd(text: string): number {
  for (let index = 0, quote = false; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === '"') quote = !quote;
    else if (text[index] === ';' && !quote) return index + 1;
  }
  return text.length;
}
