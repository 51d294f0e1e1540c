// The README's programs run, and print what the README says: every `js` block is a whole program, and a `text` block right
// after it is its output, or the report of its deadlock. Links within the project lead somewhere.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ended, startNode } from './run-example.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const programs = [...readme.matchAll(/^```js\n(.*?)^```\n(?:\s*^```text\n(.*?)^```\n)?/gms)];

// Inside this package, so that `import … from 'goroutines'` finds what a user's program would find.
const folder = fileURLToPath(new URL('../.cache/readme/', import.meta.url));

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true }));

test('there are programs to run', () => {
  expect(programs.length).toBeGreaterThan(0);
});

test.each(programs.map(([, source, output], index) => ({ number: index + 1, source, output })))(
  'program $number runs',
  async ({ number, source, output }) => {
    const file = join(folder, `${number}.mjs`);
    writeFileSync(file, source!);
    const result = await ended(startNode(file));
    if (output?.startsWith('DeadlockError')) {
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(withoutTimes(result.stderr.replaceAll(pathToFileURL(file).href, 'file:///app/main.js'))).toContain(
        withoutTimes(output),
      );
      return;
    }
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    if (output !== undefined) expect(result.stdout).toBe(output);
  },
);

/** A report, without since when each goroutine waits. */
function withoutTimes(report: string): string {
  return report.replaceAll(/, [\d.]+ m?s\]/g, ']');
}

test('links lead somewhere', () => {
  const targets = [...readme.matchAll(/\]\(([^)#]+)/g)].map(([, target]) => target!).filter((target) => !target.includes('://'));
  expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
});
