/** Before any test: compiles what has changed, so that no test runs against an old `dist`. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build as buildRest } from '../../build.mjs';

export default async function build(): Promise<void> {
  const compiler = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  try {
    execFileSync(process.execPath, [compiler, '-b'], { cwd: path.join(import.meta.dirname, '../..'), encoding: 'utf8' });
  } catch (error) {
    throw new Error(`packages/runtime does not compile:\n${(error as { stdout: string }).stdout}`);
  }
  await buildRest();
}
