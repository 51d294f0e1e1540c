/** The files here compile: their `expectTypeOf` and `@ts-expect-error` are checked by the compiler, not by running them. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';

it('the types are what users rely on', () => {
  const compiler = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  let printed = '';
  try {
    execFileSync(process.execPath, [compiler, '-p', import.meta.dirname], { encoding: 'utf8' });
  } catch (error) {
    printed = (error as { stdout: string }).stdout;
  }
  expect(printed).toBe('');
});
