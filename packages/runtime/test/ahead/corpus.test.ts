/** Small programs that have to come to the same in every way in which functions get to other threads. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { corpusPrograms, isForNode, makeWorkplace, node, permissionFlags, removeWorkplace } from './workplace.ts';

const folder = makeWorkplace();
afterAll(() => removeWorkplace(folder));

const all = corpusPrograms();
// No Node runs decorators; tsx compiles them.
const programs = all.filter((name) => name !== 'decorators.ts');
const forNode = programs.filter(isForNode);
// What Node or V8 made is told from the user's own code by the inspector.
const withoutInspector = programs.filter((name) => !/^refused-(eval|native)/.test(name));
const allWell = (names: readonly string[]): string => names.map((name) => `${name}: ok\n`).join('');

describe('the corpus', () => {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const register = ['--import', 'goroutines/register'];

  it.each([
    ['without a flag', forNode, []],
    ['with goroutines/register', programs, register],
    ['with goroutines/register under the permission model', withoutInspector, [...permissionFlags, ...register]],
    ['with tsx', all, ['--import', tsx]],
    ['with tsx and goroutines/register', all, ['--import', tsx, ...register]],
  ])(
    '%s',
    async (_, names, flags) => {
      expect(await node(folder, [...flags, 'corpus-as-files.mjs', ...names])).toBe(allWell(names));
    },
    120_000,
  );

  it.each([
    ['without a flag', []],
    ['with goroutines/register', register],
    ['with tsx', ['--import', tsx]],
    ['with tsx and goroutines/register', ['--import', tsx, ...register]],
  ])('modules run once %s', async (way, flags) => {
    const EFFECTS = path.join(folder, `effects ${way.replace('/', ' ')}.log`);
    expect(await node(folder, [...flags, 'apart/effects.mjs'], { EFFECTS })).toBe('seen helper,entry\n');
    expect(readFileSync(EFFECTS, 'utf8')).toBe('helper\nentry\n');
  });

  it.each([
    ['with tsx', ['--import', tsx]],
    ['with tsx and goroutines/register', ['--import', tsx, ...register]],
  ])('a package of CommonJS in TypeScript %s', async (_, flags) => {
    expect(await node(folder, [...flags, 'apart/commonjs-app/app.ts'])).toBe('2\n4\n6\n8 3\n');
  });
});
