// Linting, formatting and types. Biome does the first two (`npm run lint -- --write` repairs what can be repaired).
// The sources' types have been checked by the build; this checks those of what it does not compile: tests, and the dashboard's
// page.

import { existsSync } from 'node:fs';
import { runNode } from './run-node.mjs';
import { packageFolders, pathOf, root, toolPath } from './workspace.mjs';

export async function lint(args) {
  const biome = toolPath('.', '@biomejs/biome', 'biome');
  const compiler = toolPath('.', 'typescript', 'tsc');
  const projects = packageFolders()
    .flatMap((folder) => ['test', 'dashboard'].map((part) => pathOf(folder, part, 'tsconfig.json')))
    .filter((project) => existsSync(project));

  let exitCode = await runNode(biome, ['check', '--error-on-warnings', ...args], { cwd: root });
  for (const project of projects) {
    exitCode = (await runNode(compiler, ['--noEmit', '-p', project], { cwd: root })) || exitCode;
  }
  return exitCode;
}
