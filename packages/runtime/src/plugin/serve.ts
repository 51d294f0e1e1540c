/**
 * Capture ahead of time where Vite serves modules one by one and Node runs them: Vitest, and `vite dev` for what runs on the
 * server. All files are on disk and the package is in `node_modules`, so nothing is packed: a module's text is prepared as
 * `goroutines/register` does it, and what its goroutines import is imported by Node, from its file.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { withViteMeta } from '../functions/origin.ts';
import type { Options } from '../functions/prepare.ts';
import { withoutInspector } from '../functions/prepare-file.ts';
import { dynamicImport } from './library.ts';
import { fileOf, type Transformed, transformModule } from './transform.ts';

/** Whether a module is the text of a file, and not what another plugin makes of it (`?raw`, `?worker`). */
export function isFile(id: string): boolean {
  return path.isAbsolute(fileOf(id)) && !/[?&](?:raw|url|inline|(?:shared)?worker)\b/.test(id) && existsSync(fileOf(id));
}

export function serveModule(code: string, id: string, aliases: ReadonlyMap<string, string>): Transformed | undefined {
  const adopted = (source: string): string =>
    withViteMeta(source).replace(dynamicImport, (text, head: string, _, specifier: string) =>
      aliases.has(specifier) ? `${head}${JSON.stringify(aliases.get(specifier))}` : text,
    );
  const adopt: Options['adopt'] = (definition) => ({ ...definition, source: adopted(definition.source) });
  return transformModule(code, id, { adopt, values: withoutInspector }, aliases);
}

/**
 * Settings by which Node itself loads this package, also where it is linked: there must be one copy of it in a thread. Vitest has
 * its own, beside Vite's.
 */
export function keptOut(folder: string): object {
  const inFolder = new RegExp(`^${folder.replaceAll('\\', '/').replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
  return { ssr: { external: ['goroutines'] }, test: { server: { deps: { external: [inFolder] } } } };
}
