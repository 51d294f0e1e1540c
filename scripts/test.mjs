// Runs vitest in every package that has a `test` script, and closes with one line of totals over all of them.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { runNode } from './run-node.mjs';
import { packageFolders, pathOf, readJson, toolPath } from './workspace.mjs';

/** `args` go to vitest as they are: a part of a file's name, `-t 'a test'`, and so on. */
export async function test(args) {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  let exitCode = 0;
  for (const folder of packageFolders()) {
    if (readJson(folder, 'package.json').scripts?.test === undefined) continue;
    console.log(`\n${folder}`);
    exitCode = (await testPackage(folder, args, totals)) || exitCode;
  }
  const { passed, failed, skipped } = totals;
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return exitCode || (passed > 0 ? 0 : 1); // a run that tested nothing is no success
}

async function testPackage(folder, args, totals) {
  const report = pathOf('.cache', 'tests', `${folder.replaceAll('/', '-')}.json`);
  mkdirSync(pathOf('.cache', 'tests'), { recursive: true });
  rmSync(report, { force: true });
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  if (args.length > 0) options.push('--passWithNoTests'); // a filter may leave nothing over in one of the packages

  const exitCode = await runNode(toolPath(folder, 'vitest'), ['run', ...options, ...args], { cwd: pathOf(folder) });
  if (existsSync(report)) count(JSON.parse(readFileSync(report, 'utf8')), totals);
  return exitCode;
}

function count(report, totals) {
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests;
  totals.skipped += report.numPendingTests + report.numTodoTests;
  // A file that fails before its first test has no test to count: it counts itself.
  totals.failed += report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
}
