/** The plugin as a project uses it: by its recommended configuration, over whole files. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import typescriptParser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import { ESLint as ESLint9 } from 'eslint-9';
import * as surface from 'goroutines';
import plugin from 'goroutines/eslint';
import { describe, expect, it } from 'vitest';
import { callResults, methods } from '../../runtime/src/eslint/surface.ts';

const packages = path.join(import.meta.dirname, '../..');

describe.each([
  ['ESLint 9', ESLint9 as unknown as typeof ESLint],
  ['ESLint 10', ESLint],
])('%s', (_version, Linter) => {
  const linter = new Linter({
    cwd: packages,
    overrideConfigFile: true,
    overrideConfig: [plugin.configs.recommended, { files: ['**/*.ts'], languageOptions: { parser: typescriptParser } }],
  });

  it('finds each mistake by the recommended configuration', async () => {
    const code = `
      import { chan, go } from 'goroutines';
      let count = 0;
      const ch = chan();
      const cache = new WeakMap();
      go(function* () {
        ch.send(1);
        count++;
        cache.get({});
      });`;
    const [result] = await linter.lintText(code, { filePath: 'file.js' });
    expect(result!.messages.map(({ ruleId, line, severity }) => [ruleId, line, severity])).toEqual([
      ['goroutines/drive-operations', 7, 2],
      ['goroutines/no-captured-assignment', 8, 2],
      ['goroutines/no-uncloneable-capture', 9, 2],
    ]);
  });

  it('finds none in the examples', async () => {
    const results = await linter.lintFiles(['examples/src/**/*.ts']);
    expect(results.length).toBeGreaterThan(10);
    expect(
      results.flatMap(({ filePath, messages }) => messages.map(({ line, message }) => `${filePath}:${line} ${message}`)),
    ).toEqual([]);
  });
});

describe('the package', () => {
  const exported = Object.entries(surface).filter(([name, value]) => typeof value === 'function' && name !== 'default');
  const unknown = (pattern: RegExp, table: object, others: string[]): string[] =>
    exported.map(([name]) => name).filter((name) => pattern.test(name) && !Object.hasOwn(table, name) && !others.includes(name));

  it('has no operation that the rules do not know', () => {
    expect(
      unknown(/^[a-z]/, callResults, ['run', 'transfer', 'proxy', 'tryAcquire', 'withCancel', 'withDeadline', 'withTimeout']),
    ).toEqual([]);
    expect(unknown(/^[A-Z].*(?<!Error)$/, methods, ['AtomicInt'])).toEqual([]);
  });

  it('does not load ESLint, nor does the plugin', () => {
    const folder = path.join(packages, 'runtime/dist');
    const files = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.js'));
    const text = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
    expect(files.filter((name) => /(from|import|require)\s*\(?\s*['"]eslint['"]/.test(text(name)))).toEqual([]);
    expect(text('bundle/index.js')).not.toContain('drive-operations');
  });
});
