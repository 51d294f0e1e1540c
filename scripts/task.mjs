// One entry for every root script: `node scripts/task.mjs <task> [args]`.
//
// A fresh clone has only Node and npm. So this file and its neighbours import nothing but Node's own modules, and each
// task first makes sure that what it stands on is there: the right Node, the dependencies, the compiled packages. A step
// that is up to date costs next to nothing.

import { build } from './build.mjs';
import { installDependencies } from './install.mjs';
import { lint } from './lint.mjs';
import { requireNodeVersion } from './node-version.mjs';
import { runNode } from './run-node.mjs';
import { TaskError } from './task-error.mjs';
import { test } from './test.mjs';
import { pathOf } from './workspace.mjs';

const tasks = {
  async build() {
    await build();
  },
  async start(args) {
    await build();
    return runNode(pathOf('packages/examples/dist/main.js'), args);
  },
  async bench(args) {
    await build();
    return runNode(pathOf('benchmarks/dist/main.js'), args);
  },
  async test(args) {
    await build();
    return test(args);
  },
  async lint(args) {
    await build();
    return lint(args);
  },
};

const [name = '', ...args] = process.argv.slice(2);

try {
  requireNodeVersion();
  if (!Object.hasOwn(tasks, name)) {
    throw new TaskError(`unknown task '${name}'. There are: ${Object.keys(tasks).join(', ')}.`);
  }
  await installDependencies();
  process.exitCode = (await tasks[name](args)) ?? 0;
} catch (error) {
  if (!(error instanceof TaskError)) throw error;
  if (error.message !== '') console.error(`\n${error.message}`);
  process.exitCode = error.exitCode;
}
