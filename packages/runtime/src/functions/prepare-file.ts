/** A module's text as `goroutines/register` hands it to Node: JavaScript, with its functions prepared. */
import { applied, prepare } from './prepare.ts';
import { mayStart } from './starts.ts';
import { isTyped, strip } from './strip.ts';

/** The kinds of modules that Node loads from text, by the names it gives them, and what they are as JavaScript. */
export const formats: ReadonlyMap<string, 'module' | 'commonjs'> = new Map([
  ['module', 'module'],
  ['commonjs', 'commonjs'],
  ['module-typescript', 'module'],
  ['commonjs-typescript', 'commonjs'],
]);

/** Where the inspector can't be asked, all has to be found ahead. */
export const withoutInspector =
  !process.features.inspector ||
  (process as { permission?: { has(scope: string): boolean } }).permission?.has('inspector') === false;

/** @param typescript the text is TypeScript or JSX, and nobody has made JavaScript of it yet */
export function prepareFile(source: string, url: string, isModule: boolean, typescript: boolean): string {
  const text = typescript ? strip(source, url, isModule) : source;
  if (!mayStart(text)) return text;
  const sourceMapURL = /\/\/# sourceMappingURL=(data:application\/json[^\s]+)\s*$/.exec(text)?.[1] ?? '';
  return applied(
    text,
    prepare({ url, text, isModule, startLine: 0, startColumn: 0, sourceMapURL }, { values: withoutInspector }).changes,
  );
}

export { isTyped };
