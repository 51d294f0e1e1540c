// Compiles the core (core/*.ts, AssemblyScript) to dist/core.wasm, when it is older than its sources.

import { mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const home = import.meta.dirname ?? path.dirname(fileURLToPath(import.meta.url));

/** Compiles the sources in `folder` (which may be a changed copy) to the file `output`. Throws with the compiler's text. */
export async function compileCore(folder, output) {
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(path.dirname(output), { recursive: true });
  const { error, stderr } = await asc.main([
    path.join(folder, 'index.ts'),
    ...['--outFile', output, '--baseDir', path.parse(folder).root],
    ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'threads'],
    // The arena is made by us and may have any size; see src/memory/arena.ts for the largest.
    ...['--importMemory', '--sharedMemory', '--noExportMemory', '--initialMemory', '1', '--maximumMemory', '32768'],
  ]);
  if (error) throw new Error(`the core does not compile:\n${stderr.toString()}`);
}

export async function buildCore() {
  const output = path.join(home, 'dist/core.wasm');
  const folders = ['core', 'src/memory'].map((folder) => path.join(home, folder));
  const newest = Math.max(
    ...folders.flatMap((folder) => readdirSync(folder).map((file) => statSync(path.join(folder, file)).mtimeMs)),
  );
  if ((statSync(output, { throwIfNoEntry: false })?.mtimeMs ?? 0) > newest) return;
  await compileCore(path.join(home, 'core'), output);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildCore();
