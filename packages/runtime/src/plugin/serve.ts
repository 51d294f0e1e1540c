/**
 * Capture ahead of time where Vite serves modules one by one and Node runs them: Vitest, and `vite dev` for what runs on the
 * server. All files are on disk and the package is in `node_modules`, so nothing is packed: a module's text is prepared as
 * `goroutines/register` does it, and what its goroutines import is imported by Node, from its file.
 *
 * A module is prepared before Vite changes it, as it was written. Only what is more than types is first made JavaScript by Vite, as
 * it is configured for JSX and decorators.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { withViteMeta } from '../functions/origin.ts';
import type { Options } from '../functions/prepare.ts';
import { withoutInspector } from '../functions/prepare-file.ts';
import { mayStart } from '../functions/starts.ts';
import { hasOnlyTypes, isTyped } from '../functions/strip.ts';
import { dynamicImport } from './library.ts';
import { fileOf, type Transformed, transformModule, transformWritten, type Written } from './transform.ts';

/** Whether a module is the text of a file, and not what another plugin makes of it (`?raw`, `?worker`). */
export function isFile(id: string): boolean {
  return path.isAbsolute(fileOf(id)) && !/[?&](?:raw|url|inline|(?:shared)?worker)\b/.test(id) && existsSync(fileOf(id));
}

/** Whether Vite has to make JavaScript of a module before it is prepared. */
export function isLeftToVite(code: string, id: string): boolean {
  const file = fileOf(id);
  return isTyped(file) && mayStart(code) && (!hasOnlyTypes(code, file) || decorator.test(code));
}

/** What it is given of the types may be part of the program. */
const decorator = /^\s*@[\w(]/m;

export function serveModule(code: string, id: string, aliases: ReadonlyMap<string, string>): Transformed | undefined {
  return transformModule(code, id, optionsWith(aliases), aliases);
}

/** The same behind Vite's own transforms, whose map is `written`. */
export function serveWritten(
  code: string,
  id: string,
  written: Written,
  aliases: ReadonlyMap<string, string>,
): Transformed | undefined {
  return transformWritten(code, id, written, optionsWith(aliases), aliases);
}

function optionsWith(aliases: ReadonlyMap<string, string>): Options {
  const adopted = (source: string): string =>
    withViteMeta(source).replace(dynamicImport, (text, head: string, _, specifier: string) =>
      aliases.has(specifier) ? `${head}${JSON.stringify(aliases.get(specifier))}` : text,
    );
  return { adopt: (definition) => ({ ...definition, source: adopted(definition.source) }), values: withoutInspector };
}

/**
 * Settings by which Node itself loads this package, also where it is linked: there must be one copy of it in a thread. Vitest has
 * its own, beside Vite's.
 */
export function keptOut(folder: string): object {
  const inFolder = new RegExp(`^${folder.replaceAll('\\', '/').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
  return { ssr: { external: ['goroutines'] }, test: { server: { deps: { external: [inFolder] } } } };
}
