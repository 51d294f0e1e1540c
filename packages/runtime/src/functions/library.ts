/**
 * What goroutine functions import, where their program is one file. A bundle has no modules any more that a worker thread
 * could import, so the bundler plugin packs those that definitions name into a *library*: files that are written to a
 * temporary folder when the program starts, with the same module structure. Definitions name them by `libraryPrefix`.
 */
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
