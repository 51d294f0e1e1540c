/** Small programs, each in a Node process of its own, that send functions to real worker threads and check what comes back. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const folder = path.join(import.meta.dirname, 'fixtures');
const typeStripping = Number(process.versions.node.split('.')[0]) >= 24;
const tsx = (() => {
  try {
    return createRequire(import.meta.url).resolve('tsx');
  } catch {
    return undefined;
  }
})();

async function run(file: string, ...flags: string[]): Promise<string> {
  const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' } };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...flags, file], options).catch((error) => error);
  return stdout + stderr;
}

describe('a function taken to another thread', () => {
  const programs = [
    'module.mjs',
    'meta.mjs',
    'commonjs.cjs',
    'effects.mjs',
    'nested.mjs',
    'stack.mjs',
    'preempt.mjs',
    'refused.mjs',
    'broken.mjs',
    'twins/main.mjs',
  ];
  it.each(programs)('%s', async (file) => expect(await run(file)).toBe('done\n'), 60_000);
  if (typeStripping) it('typed.ts with type stripping', async () => expect(await run('typed.ts')).toBe('done\n'), 60_000);
  it('typed.ts with tsx', async () => expect(await run('typed.ts', '--import', tsx!)).toBe('done\n'), 60_000);
  it('typed-commonjs.cts with tsx', async () => expect(await run('typed-commonjs.cts', '--import', tsx!)).toBe('done\n'), 60_000);
  it('module.mjs with tsx', async () => expect(await run('module.mjs', '--import', tsx!)).toBe('done\n'), 60_000);
});
