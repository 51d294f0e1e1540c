/** One module of a bundle with its functions prepared. */

import { fileURLToPath, pathToFileURL } from 'node:url';
import MagicString, { type SourceMap } from 'magic-string';
import { looksLikeModule } from '../functions/module-kind.ts';
import { type Options, prepare } from '../functions/prepare.ts';
import { mayStart } from '../functions/starts.ts';
import { isTyped, strip } from '../functions/strip.ts';

export interface Transformed {
  code: string;
  map: SourceMap | null;
  /** The messages of errors that `go` would throw. */
  refusals: string[];
  /** Other files whose text was used. */
  reads: string[];
}

export function fileOf(id: string): string {
  return id.replace(/[?#].*$/, '');
}

/** Undefined where there is nothing to do. */
export function transformModule(code: string, id: string, adopt: Options['adopt'] & {}): Transformed | undefined {
  const file = fileOf(id);
  if (!mayStart(code) || /\.(json|css|html|wasm|node)$/.test(file)) return undefined;
  const url = pathToFileURL(file).href;
  const isModule = !/\.cjs$|\.cts$/.test(file) && looksLikeModule(code);
  const text = isTyped(url) ? strip(code, url, isModule) : code;
  const sourceMapURL = /\/\/# sourceMappingURL=(data:application\/json[^\s]+)\s*$/.exec(text)?.[1] ?? '';
  const { changes, refusals, reads } = prepare(
    { url, text, isModule, startLine: 0, startColumn: 0, sourceMapURL },
    { adopt, values: true },
  );
  if (changes.length === 0) return undefined;
  const edited = new MagicString(text);
  for (const { start, end, text: put } of changes) {
    if (start === end) edited.appendLeft(start, put);
    else edited.overwrite(start, end, put);
  }
  // Text that was written anew has its own map, inline.
  const map = sourceMapURL === '' ? edited.generateMap({ source: file, hires: 'boundary' }) : null;
  return { code: edited.toString(), map, refusals, reads: reads.map((each) => fileURLToPath(each)) };
}
