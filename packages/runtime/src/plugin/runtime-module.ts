/**
 * The module that takes the place of `goroutines` in a bundle: it carries the runtime's files and the library's, writes them to a
 * temporary folder when the program starts, and takes the runtime from there. So a program is one file, and its worker
 * threads have files to start from. The folder is the process's own, and goes with it.
 */
import { readFileSync } from 'node:fs';
import { preparedName } from '../functions/reference.ts';

/** Stands in the bundle for the library until that is known, at the end of the build. */
const placeholder = 'goroutines library goes here';
const placeholderLiteral = new RegExp(`(["'\`])${placeholder}\\1`, 'g');

/** File of the package, and where it has to lie. */
const files: ReadonlyArray<[file: string, place: string]> = [
  ['standalone/bundle/index.js', 'bundle/index.js'],
  ['standalone/bundle/thread.cjs', 'bundle/thread.cjs'],
  ['standalone/bundle/worker.js', 'bundle/worker.js'],
  ['standalone/sysmon-worker.js', 'sysmon-worker.js'],
  ['core.wasm', 'core.wasm'],
];

const read = (file: string): Buffer => readFileSync(new URL(`../../dist/${file}`, import.meta.url));

/** In the program itself. `process.getBuiltinModule` is the same for bundles of every format. */
export function runtimeModule(exported: readonly string[]): string {
  const texts = files.map(([file, place]) => `${JSON.stringify(place)}:${JSON.stringify(read(file).toString('base64'))}`);
  return `const $runtime = (() => {
const node = (name) => process.getBuiltinModule(name);
const { mkdtempSync, mkdirSync, rmSync, writeFileSync } = node('node:fs');
const path = node('node:path');
const files = {${texts.join(',\n')}};
const library = JSON.parse(${JSON.stringify(placeholder)});
const home = mkdtempSync(path.join(node('node:os').tmpdir(), 'goroutines-'));
process.on('exit', () => {
  try { rmSync(home, { recursive: true, force: true }); } catch {}
});
const write = (name, data) => {
  const file = path.join(home, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, data);
};
write('package.json', '{"type":"commonjs"}');
for (const [name, text] of Object.entries(files)) write('dist/' + name, Buffer.from(text, 'base64'));
for (const [name, text] of Object.entries(library)) write('dist/library/' + name, text);
return node('node:module').createRequire(path.join(home, 'package.json'))('./dist/bundle/index.js');
})();
${exported.map((name) => `export const ${name} = $runtime.${name};`).join('\n')}
`;
}

/** In the library, whose modules run on worker threads that have the runtime already. */
export function runtimeOnWorkers(exported: readonly string[]): string {
  return `const $api = globalThis.${preparedName}.api;\n${exported.map((name) => `export const ${name} = $api.${name};`).join('\n')}\n`;
}

export function hasPlaceholder(code: string): boolean {
  return code.includes(placeholder);
}

/** @param library texts by file name */
export function fillIn(code: string, library: Readonly<Record<string, string>>): string {
  const text = JSON.stringify(JSON.stringify(library));
  return code.replace(placeholderLiteral, () => text);
}
