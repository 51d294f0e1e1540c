// Compiles every package that has changed since it was last compiled, in the order of their project references, and the
// runtime's core and bundle.

import { existsSync } from 'node:fs';
import { runNode } from './run-node.mjs';
import { TaskError } from './task-error.mjs';
import { packageFolders, pathOf, root, toolPath } from './workspace.mjs';

export async function build() {
  const projects = packageFolders().filter((folder) => existsSync(pathOf(folder, 'tsconfig.json')));
  const exitCode = await runNode(toolPath('.', 'typescript', 'tsc'), ['-b', ...projects], { cwd: root });
  if (exitCode !== 0) throw new TaskError('', exitCode);
  const { build: buildRest } = await import('../packages/runtime/build.mjs'); // Its compiler is there only after the installation.
  await buildRest();
}
