// Refuses a Node that is too old, with a sentence instead of a syntax error from deep inside a dependency.
// The lowest version stands in one place: `engines` of the root package.json.

import { TaskError } from './task-error.mjs';
import { readJson } from './workspace.mjs';

export function requireNodeVersion() {
  const range = readJson('package.json').engines.node;
  const lowest = range.replace('>=', '').split('.').map(Number);
  const present = process.versions.node.split('.').map(Number);
  const difference = present.map((part, index) => part - lowest[index]).find((part) => part !== 0) ?? 0;
  if (difference < 0) {
    throw new TaskError(`Node ${lowest.join('.')} or later is needed; this is ${process.version} (${process.execPath}).`);
  }
}
