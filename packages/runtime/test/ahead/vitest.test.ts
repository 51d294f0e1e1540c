/** The corpus as modules that Vitest runs, and a project with tests of its own; each without the plugin and with it. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { corpusPrograms, makeWorkplace, node, removeWorkplace, stripsTypes } from './workplace.ts';

const folder = makeWorkplace();
afterAll(() => removeWorkplace(folder));

// No Node runs decorators, and Vite compiles those of TypeScript's old kind only: `vitest/tools/service.ts` has one.
const programs = corpusPrograms().filter((name) => name !== 'decorators.ts');
/** Vite does not read `.cts`; the plugin hands it JavaScript. */
const onlyWithPlugin = new Set(['typed-commonjs.cts']);

/** All that Vitest wrote about these test files. */
function vitest(plugin: string, files: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--no-color', ...files];
  return node(folder, args, { NO_COLOR: '1', PLUGIN: plugin, ...env });
}

const ownTests = ['vitest/ahead.spec.ts', 'vitest/page.spec.tsx', 'vitest/failing.spec.ts'];

function expectOwnTests(said: string): void {
  expect(said).toMatch(/^ +Tests +2 failed \| 6 passed/m);
  expect(said).toMatch(/Error: there 1\n.* failing vitest\/failing\.spec\.ts:10:11\n/);
  expect(said).toMatch(/expected 2 to be 1[\s\S]* vitest\/failing\.spec\.ts:19:13\n/);
  expect(said).not.toContain('Unhandled');
}

describe.each(['without', 'with'])('in Vitest %s the plugin', (plugin) => {
  it('the corpus', async () => {
    const suitable = programs.filter((name) => plugin === 'with' || !onlyWithPlugin.has(name));
    const output = path.join(folder, `${plugin}.txt`);
    const said = await vitest(plugin, ['vitest/corpus.spec.mjs'], { CORPUS: suitable.join(' '), CORPUS_OUTPUT: output });
    expect(existsSync(output) ? readFileSync(output, 'utf8') : said).toBe(suitable.map((name) => `${name}: ok\n`).join(''));
  });

  it('modules run once', async () => {
    const EFFECTS = path.join(folder, `${plugin}.log`);
    expect(await vitest(plugin, ['vitest/effects.spec.mjs'], { EFFECTS })).toMatch(/^ +Tests +1 passed/m);
    expect(readFileSync(EFFECTS, 'utf8')).toBe('helper\nentry\n');
  });

  it('more than types in what a goroutine imports', async () => {
    const said = await vitest(plugin, ['vitest/enum.spec.ts']);
    // Where Node reads TypeScript itself it is left to do so, and does not read this.
    if (stripsTypes) expect(said).toMatch(/cannot load the function at .*Start Node with --import goroutines\/register/);
    else expect(said).toMatch(/^ +Tests +1 passed/m);
    const NODE_OPTIONS = '--import goroutines/register';
    expect(await vitest(plugin, ['vitest/enum.spec.ts'], { NODE_OPTIONS })).toMatch(/^ +Tests +1 passed/m);
  });

  it('tests of a project', async () => {
    expectOwnTests(await vitest(plugin, ownTests));
  });
});

it('with the plugin Vitest needs no inspector', async () => {
  const NODE_OPTIONS = `--import ${pathToFileURL(path.join(folder, 'no-inspector.mjs')).href}`;
  expectOwnTests(await vitest('with', ownTests, { NODE_OPTIONS }));
  expect(await vitest('without', ['vitest/page.spec.tsx'], { NODE_OPTIONS })).toMatch(
    /CaptureError: the code of a function is read through/,
  );
});
