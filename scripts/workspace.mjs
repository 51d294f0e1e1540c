// Where things are: the root, the packages of the workspace, and the tools that they installed.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TaskError } from './task-error.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function pathOf(...parts) {
  return join(root, ...parts);
}

export function readJson(...parts) {
  return JSON.parse(readFileSync(pathOf(...parts), 'utf8'));
}

/** The folders of the workspace's packages, relative to the root: the runtime first, since the others stand on it. */
export function packageFolders() {
  const packages = readdirSync(pathOf('packages')).map((name) => `packages/${name}`);
  return [...packages.sort().reverse(), 'benchmarks'].filter((folder) => existsSync(pathOf(folder, 'package.json')));
}

/** The script behind a command-line tool that `folder` has installed, such as `typescript`'s `tsc`. */
export function toolPath(folder, packageName, command = packageName) {
  const home = pathOf(folder, 'node_modules', packageName);
  if (!existsSync(home)) {
    throw new TaskError(`${packageName} is not installed in ${pathOf(folder)}: delete node_modules and try again.`);
  }
  const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  return join(home, typeof bin === 'string' ? bin : bin[command]);
}
