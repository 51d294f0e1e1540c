/**
 * What goroutine functions import, where their program is one file. A bundle has no modules any more that a worker thread
 * could import, so the bundler plugin packs those that definitions name into a *library*: files that are written to a
 * temporary folder when the program starts, with the same module structure. Definitions name them by `libraryPrefix`.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Stands in definitions before the name of a file of the library. */
export const libraryPrefix = 'goroutines-library:';

let folder = '';

/** Where the files are on this thread. */
export function useLibrary(path: string): void {
  folder = pathToFileURL(`${path}/`).href;
}

/** The text of a definition with its imports from the library made absolute. */
export function withLibrary(source: string): string {
  return folder === '' ? source : source.replaceAll(`"${libraryPrefix}`, `"${folder}`);
}

const maps = new Map<string, SourceMap | undefined>();

/** A stack trace with places in the files of the library as places in the files that those were made of. */
export function withOriginalPlaces(stack: string): string {
  if (folder === '' || !stack.includes(folder)) return stack;
  return stack.replace(/(file:[^\s()]*\/([^/\s()]+\.mjs)):(\d+):(\d+)/g, (place, url: string, file: string, line, column) => {
    if (url !== folder + file) return place;
    const found = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (found === undefined || !('originalSource' in found)) return place;
    return `${found.originalSource}:${found.originalLine + 1}:${found.originalColumn + 1}`;
  });
}

function mapOf(file: string): SourceMap | undefined {
  if (!maps.has(file)) maps.set(file, readMap(file));
  return maps.get(file);
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${file}.map`, folder), 'utf8')));
  } catch {
    return undefined; // Not every file has one.
  }
}
