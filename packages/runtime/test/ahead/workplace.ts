/** A folder of its own with the fixtures and their packages, and programs run in it. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const fixtures = path.join(import.meta.dirname, 'fixtures');
const home = path.join(import.meta.dirname, '../..');

/** Makes the folder; what it needs from node_modules is linked as a package manager would. */
export function makeWorkplace(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'goroutines-ahead-')));
  cpSync(fixtures, folder, { recursive: true });
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(home, path.join(modules, 'goroutines'), 'junction');
  symlinkSync(path.join(folder, 'corpus/modules/workspace'), path.join(modules, 'workspace'), 'junction');
  for (const name of ['tslib', 'vitest']) {
    const description = createRequire(import.meta.url).resolve(`${name}/package.json`);
    symlinkSync(path.dirname(description), path.join(modules, name), 'junction');
  }
  cpSync(path.join(folder, 'corpus/modules/dep'), path.join(modules, 'dep'), { recursive: true });
  return folder;
}

export function removeWorkplace(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The programs of the corpus: the files at its top. */
export function corpusPrograms(): string[] {
  return readdirSync(path.join(fixtures, 'corpus')).filter((name) => /\.([cm]?js|[cm]?ts|tsx)$/.test(name));
}

const isTyped = (name: string): boolean => /\.([cm]?ts|tsx)$/.test(name) || name === 'from-workspace.mjs';

/** Node takes types away from Node 22.18 on; these have more than types in them. */
export const stripsTypes = (process.features as { typescript?: unknown }).typescript === 'strip';
const moreThanTypes = new Set(['decorators.ts', 'enum.ts', 'jsx.tsx', 'namespace.ts', 'parameter-properties.ts']);
export const isForNode = (name: string): boolean => (stripsTypes ? !moreThanTypes.has(name) : !isTyped(name));

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
const isStable = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13);
/** Node's permission model, with what goroutines need at the least. */
export const permissionFlags: readonly string[] = [
  isStable ? '--permission' : '--experimental-permission',
  '--allow-fs-read=*',
  '--allow-worker',
  '--allow-addons',
];

/** All that Node wrote. */
export async function node(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { NODE_OPTIONS, NODE_PATH, GOMAXPROCS, VITEST, ...inherited } = process.env;
  const options = { cwd: folder, env: { ...inherited, NODE_NO_WARNINGS: '1', ...env }, timeout: 110_000, maxBuffer: 1e8 };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options).catch((error) => error);
  return stdout + stderr;
}
