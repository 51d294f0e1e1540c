/**
 * The published types, in projects that are not like this one: only ECMAScript's library, no DOM, every declaration file checked;
 * ES modules and CommonJS.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const home = path.join(import.meta.dirname, '../..');
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'goroutines-types-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const modules = path.join(folder, 'node_modules');
mkdirSync(path.join(modules, '@types'), { recursive: true });
symlinkSync(home, path.join(modules, 'goroutines'), 'junction');
symlinkSync(realpathSync(path.join(home, 'node_modules/@types/node')), path.join(modules, '@types/node'), 'junction');

/** What the compiler says of a project of this kind, with more files in it. */
async function complaints(type: string, options: object, files: Record<string, string> = {}): Promise<string> {
  const project = mkdtempSync(path.join(folder, 'project-'));
  cpSync(path.join(import.meta.dirname, 'fixtures/consumers'), project, { recursive: true });
  const common = { target: 'ES2023', lib: ['ES2023'], types: ['node'], strict: true, noEmit: true };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(project, name), text);
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ type }));
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...common, ...options } }));
  const tsc = path.join(home, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [tsc, '-p', project]).catch((error) => error);
  return stdout + stderr;
}

describe.each([true, false])('with skipLibCheck %s', (skipLibCheck) => {
  it.each([
    ['an ES module', 'module', { module: 'nodenext' }],
    ['an ES module for a bundler', 'module', { module: 'esnext', moduleResolution: 'bundler' }],
    ['CommonJS', 'commonjs', { module: 'nodenext' }],
    ['CommonJS that may not require ES modules', 'commonjs', { module: 'node16' }],
    ['CommonJS for a bundler', 'commonjs', { module: 'commonjs', moduleResolution: 'bundler' }],
  ])('%s', async (_, type, options) => {
    expect(await complaints(type, { ...options, skipLibCheck })).toBe('');
  });
});

it.each([
  ['nodenext', { module: 'nodenext' }],
  ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
])('the plugin needs no bundler for its types (%s)', async (_, options) => {
  const config =
    "import goroutines from 'goroutines/plugin';\nexport default { plugins: [goroutines.vite({ refuse: 'run' })] };\n";
  const files = { 'vite.config.ts': config };
  expect(await complaints('module', { ...options, skipLibCheck: false, exactOptionalPropertyTypes: true }, files)).toBe('');
});

it.each([
  ['goroutines', 'index'],
  ['goroutines/test', 'test'],
])('%s has the values for require that its types name', (name, file) => {
  const declared = readFileSync(path.join(home, `dist/${file}.d.cts`), 'utf8').matchAll(/^export declare const (\w+)/gm);
  const required = createRequire(path.join(folder, 'project.cjs'))(name);
  const names = Array.from(declared, ([, each]) => each);
  expect(names.sort()).toEqual(
    Object.keys(required)
      .filter((each) => each !== '__esModule' && each !== 'PATIENCE_MILLISECONDS')
      .sort(),
  );
});

it('the types for require have the same comments', () => {
  const text = readFileSync(path.join(home, 'dist/index.d.cts'), 'utf8');
  for (const name of ['Mutex', 'chan', 'run', 'select', 'DeadlockError']) {
    expect(text).toMatch(new RegExp(`\\*/\\nexport declare const ${name}:`));
  }
});
