/** The declarations that users compile against: see the other files here. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';

const compiler = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

it('an operation has the type of an operation, and its outcome that of its outcome', () => {
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', import.meta.dirname], { encoding: 'utf8' });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
