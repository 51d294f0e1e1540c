/** Small programs that have to come to the same in every way in which functions get to other threads. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { corpusPrograms, isTyped, makeWorkplace, node, permissionFlags, removeWorkplace } from './workplace.ts';

const folder = makeWorkplace();
afterAll(() => removeWorkplace(folder));

const all = corpusPrograms();
// No Node runs decorators; tsx compiles them.
const programs = all.filter((name) => name !== 'decorators.ts');
const untyped = programs.filter((name) => !isTyped(name));
// What Node or V8 made is told from the user's own code by the inspector.
const withoutInspector = programs.filter((name) => !/^refused-(eval|native)/.test(name));
const allWell = (names: readonly string[]): string => names.map((name) => `${name}: ok\n`).join('');

describe('the corpus', () => {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const register = ['--import', 'goroutines/register'];

  it.each([
    ['without a flag', untyped, []],
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
    ['with tsx', ['--import', tsx]],
    ['with tsx and goroutines/register', ['--import', tsx, ...register]],
  ])('a package of CommonJS in TypeScript %s', async (_, flags) => {
    expect(await node(folder, [...flags, 'apart/commonjs-app/app.ts'])).toBe('2\n4\n6\n8 3\n');
  });
});
