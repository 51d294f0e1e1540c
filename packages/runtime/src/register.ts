/**
 * `node --import goroutines/register app.ts`: capture ahead of time. Every module with a `go` in it is prepared before it
 * runs (`functions/prepare.ts`), and TypeScript is read on every Node.
 *
 * Node has two kinds of hooks. `registerHooks` (22.15 and later) runs on this thread, for `import` and `require`. Before
 * that there is `register`, whose hooks run on a thread of their own and only for `import`; `require` goes through
 * `Module.prototype._compile` there.
 *
 * Worker threads inherit the flag and get the same: what they import may start goroutines as well.
 */
import * as nodeModule from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isTyped, prepareFile } from './functions/prepare-file.ts';
import { registeredSymbol } from './functions/typescript.ts';
import { readTyped } from './register-files.ts';
import { isForUs, type Loaded, prepareAnswer, prepareTyped } from './register-load.ts';

type SyncLoad = (url: string, context: unknown, nextLoad: (url: string, context: unknown) => Loaded) => Loaded;
const { registerHooks } = nodeModule as { registerHooks?: (hooks: { load: SyncLoad }) => void };

Object.defineProperty(globalThis, registeredSymbol, { value: true });
// Text that had to be written anew has a map, and without it no error in it names the right line.
if (isTyped(process.argv[1] ?? '')) process.setSourceMapsEnabled(true);
if (registerHooks !== undefined) registerHooks({ load: loadSync });
else registerOnOldNode();

function loadSync(url: string, context: unknown, nextLoad: (url: string, context: unknown) => Loaded): Loaded {
  if (!isForUs(url)) return nextLoad(url, context);
  let answer: Loaded;
  try {
    answer = nextLoad(url, context);
  } catch (failure) {
    return prepareTyped(url, failure, true);
  }
  return prepareAnswer(url, answer, true);
}

function registerOnOldNode(): void {
  nodeModule.register('./register-hooks.js', import.meta.url);
  const { Module } = nodeModule.default as unknown as { Module: CommonJS };
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, format) {
    const url = path.isAbsolute(filename) ? pathToFileURL(filename).href : '';
    const text = isForUs(url) ? prepareFile(content, url, format === 'module', false) : content;
    return compile.call(this, text, filename, format);
  };
  for (const extension of ['.ts', '.cts', '.mts', '.tsx', '.jsx']) {
    Module._extensions[extension] ??= (module, filename) => {
      const url = pathToFileURL(filename).href;
      const { source, format } = readTyped(url);
      module._compile(prepareFile(source, url, format === 'module', true), filename, format);
    };
  }
}

interface CommonJSModule {
  _compile(content: string, filename: string, format?: string): unknown;
}

interface CommonJS {
  prototype: CommonJSModule;
  _extensions: Record<string, (module: CommonJSModule, filename: string) => void>;
}
