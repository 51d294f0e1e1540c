/**
 * `goroutines/plugin`: capture ahead of time in a bundle, which then is all that the program needs, in one file.
 *
 *     // vite.config.js, vitest.config.js
 *     import goroutines from 'goroutines/plugin';
 *     export default { plugins: [goroutines.vite()] };
 *
 * 1. Each module with a `go` in it is prepared as by `goroutines/register`; what the definitions import is noted.
 * 2. `goroutines` itself becomes a module that carries the runtime (`runtime-module.ts`).
 * 3. At the end what was noted is bundled into the library, and put where that module left room for it.
 *
 * Where Vite makes no bundle but serves modules one by one (Vitest, `vite dev`), modules are only prepared (`serve.ts`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createUnplugin, type UnpluginOptions } from 'unplugin';
import { isOwnModule } from '../functions/resolve.ts';
import * as api from '../index.ts';
import { aliasesIn, type Resolver } from './aliases.ts';
import type { Plugins } from './bundlers.ts';
import { Library } from './library.ts';
import { fillIn, hasPlaceholder, runtimeModule } from './runtime-module.ts';
import { isFile, isLeftToVite, keptOut, serveModule, serveWritten } from './serve.ts';
import { fileOf, transformModule, type Written } from './transform.ts';

export type { CompilerPlugin, EsbuildPlugin, NamedPlugin, Plugins } from './bundlers.ts';

export interface PluginOptions {
  /**
   * What becomes of a function that cannot be a goroutine (it assigns to a captured variable, uses `this` …): `'build'` ends the
   * build with the error, `'run'` leaves it to the `go` call to throw it. Default: `'build'`.
   */
  refuse?: 'build' | 'run';
}

const virtualId = 'virtual:goroutines';
const ownFolder = path.join(import.meta.dirname, '..');

const goroutines: Plugins<PluginOptions> = createUnplugin<PluginOptions | undefined>((options = {}, meta) => {
  const exported = Object.keys(api);
  const refuse = options.refuse ?? 'build';
  // Kept from build to build: when files are watched, only what has changed is transformed again.
  const library = new Library(exported);
  let serves = false;
  /** Modules that Vite makes JavaScript of before they are prepared. */
  const later = new Set<string>();
  const isOurs = (id: string): boolean => /\.([cm]?[jt]s|[jt]sx)$/.test(fileOf(id)) && !fileOf(id).startsWith(ownFolder);

  const plugin: UnpluginOptions = {
    name: 'goroutines',
    enforce: 'pre',
    resolveId(id) {
      return isOwnModule(id) && !serves ? virtualId : undefined;
    },
    loadInclude: (id) => id === virtualId,
    load: (id) => (id === virtualId ? runtimeModule(exported) : undefined),
    transformInclude: isOurs,
    async transform(code, id) {
      if (serves) {
        if (!isFile(id)) return undefined;
        if (isLeftToVite(code, id)) later.add(id);
        else later.delete(id);
        if (later.has(id)) return undefined;
      }
      const aliases = await aliasesIn(code, id, this as Resolver);
      library.addAliases(aliases);
      const result = serves ? serveModule(code, id, aliases) : transformModule(code, id, library.options, aliases);
      if (!result) return undefined;
      if (refuse === 'build' && !serves && result.refusals.length > 0) this.error(`CaptureError: ${result.refusals.join('\n')}`);
      for (const file of result.reads) this.addWatchFile(file);
      return { code: result.code, map: result.map };
    },
    rollup: outputOf(library),
    rolldown: outputOf(library),
    vite: {
      config(_, { command }) {
        serves = command === 'serve';
        return serves ? keptOut(ownFolder) : undefined;
      },
      ...outputOf(library),
    },
    esbuild: {
      setup(build) {
        build.initialOptions.metafile = true;
        build.onEnd(async ({ metafile, outputFiles }) => {
          const files = await library.build();
          for (const output of outputFiles ?? []) {
            if (hasPlaceholder(output.text)) output.contents = Buffer.from(fillIn(output.text, files));
          }
          const root = build.initialOptions.absWorkingDir ?? process.cwd();
          for (const name of outputFiles ? [] : Object.keys(metafile?.outputs ?? {})) fillInFile(path.join(root, name), files);
        });
      },
    },
    webpack: (compiler) => fillInAssets(compiler as unknown as Compiler, library),
    rspack: (compiler) => fillInAssets(compiler as unknown as Compiler, library),
  };
  if (meta.framework !== 'vite') return plugin;
  const behindVite: UnpluginOptions = {
    name: 'goroutines:written',
    transformInclude: (id) => later.has(id),
    async transform(code, id) {
      const context = this as unknown as Resolver & { getCombinedSourcemap(): Written };
      const aliases = await aliasesIn(code, id, context);
      const result = serveWritten(code, id, context.getCombinedSourcemap(), aliases);
      for (const file of result?.reads ?? []) this.addWatchFile(file);
      return result && { code: result.code, map: result.map };
    },
  };
  return [plugin, behindVite];
});

export default goroutines;

function outputOf(library: Library): {
  generateBundle(options: unknown, bundle: Record<string, { type: string; code?: string }>): Promise<void>;
} {
  return {
    async generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.code !== undefined && hasPlaceholder(chunk.code)) chunk.code = fillIn(chunk.code, await library.build());
      }
    },
  };
}

function fillInFile(file: string, files: Record<string, string>): void {
  if (!/\.[cm]?js$/.test(file)) return;
  const text = readFileSync(file, 'utf8');
  if (hasPlaceholder(text)) writeFileSync(file, fillIn(text, files));
}

/** What webpack and Rspack have in common. */
interface Compiler {
  webpack: { sources: { RawSource: new (text: string) => object }; Compilation: { PROCESS_ASSETS_STAGE_REPORT: number } };
  hooks: { compilation: { tap(name: string, use: (compilation: Compilation) => void): void } };
}

interface Compilation {
  hooks: { processAssets: { tapPromise(options: object, use: (assets: Record<string, Asset>) => Promise<void>): void } };
  updateAsset(name: string, source: object): void;
}

interface Asset {
  source(): string | Buffer;
}

function fillInAssets({ hooks, webpack }: Compiler, library: Library): void {
  hooks.compilation.tap('goroutines', (compilation) => {
    const stage = webpack.Compilation.PROCESS_ASSETS_STAGE_REPORT - 1;
    compilation.hooks.processAssets.tapPromise({ name: 'goroutines', stage }, async (assets) => {
      for (const [name, asset] of Object.entries(assets)) {
        const text = String(asset.source());
        if (hasPlaceholder(text))
          compilation.updateAsset(name, new webpack.sources.RawSource(fillIn(text, await library.build())));
      }
    });
  });
}
