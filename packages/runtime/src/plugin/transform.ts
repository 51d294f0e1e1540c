/** One module with its functions prepared, for a bundle or to be served. */

import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import remapping from '@jridgewell/remapping';
import MagicString, { type SourceMap } from 'magic-string';
import type { Script } from '../functions/inspector.ts';
import { looksLikeModule } from '../functions/module-kind.ts';
import { type Options, prepare } from '../functions/prepare.ts';
import { mayStart } from '../functions/starts.ts';
import { isTyped, strip } from '../functions/strip.ts';

export interface Transformed {
  code: string;
  map: SourceMap;
  /** The messages of errors that `go` would throw. */
  refusals: string[];
  /** Other files whose text was used. */
  reads: string[];
}

/** A source map, of which only this is looked at here. */
export interface Written {
  sources: readonly (string | null)[];
}

/** A folder's name may have a `#`. */
export function fileOf(id: string): string {
  const file = id.replace(/\?.*$/, '');
  return file.includes('#') && !existsSync(file) ? file.replace(/#.*$/, '') : file;
}

/** Undefined where there is nothing to do. */
export function transformModule(
  code: string,
  id: string,
  options: Options,
  aliases: ReadonlyMap<string, string> = new Map(),
): Transformed | undefined {
  const file = fileOf(id);
  if (!mayStart(code) || /\.(json|css|html|wasm|node)$/.test(file)) return undefined;
  const url = pathToFileURL(file).href;
  const isModule = !/\.cjs$|\.cts$/.test(file) && looksLikeModule(code);
  const text = isTyped(url) ? strip(code, url, isModule) : code;
  const inline = /\/\/# sourceMappingURL=(data:application\/json[^,]*;base64,([^\s]+))\s*$/.exec(text);
  const sourceMapURL = inline?.[1] ?? '';
  const result = edit({ url, text, isModule, startLine: 0, startColumn: 0, sourceMapURL, aliases }, options, inline?.index);
  return result && inline ? { ...result, map: throughBoth(result.map, inline[2]!) } : result;
}

/**
 * The same for a module of which others have made JavaScript.
 *
 * @param written the map of that
 */
export function transformWritten(
  text: string,
  id: string,
  written: Written,
  options: Options,
  aliases: ReadonlyMap<string, string>,
): Transformed | undefined {
  const url = pathToFileURL(fileOf(id)).href;
  const map = written.sources.length === 1 ? { ...written, sources: [url] } : written;
  const sourceMapURL = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
  return edit({ url, text, isModule: true, startLine: 0, startColumn: 0, sourceMapURL, aliases }, options);
}

/** The script as far as `end`, with its changes. */
function edit(script: Script, options: Options, end = script.text.length): Transformed | undefined {
  const { changes, refusals, reads } = prepare(script, options);
  if (changes.length === 0) return undefined;
  const edited = new MagicString(script.text);
  if (end < script.text.length) edited.remove(end, script.text.length);
  for (const { start, end, text: put } of changes) {
    if (start === end) edited.appendLeft(start, put);
    else edited.overwrite(start, end, put);
  }
  const map = edited.generateMap({ source: fileURLToPath(script.url), hires: 'boundary' });
  return { code: edited.toString(), map, refusals, reads: reads.map((each) => fileURLToPath(each)) };
}

/** From the prepared text to the file, where that was written anew in between. */
function throughBoth(own: SourceMap, written: string): SourceMap {
  const inner = JSON.parse(Buffer.from(written, 'base64').toString()) as object;
  let asked = false;
  const map = remapping(own as never, () => {
    if (asked) return null;
    asked = true;
    return inner as never;
  });
  return map as unknown as SourceMap;
}
