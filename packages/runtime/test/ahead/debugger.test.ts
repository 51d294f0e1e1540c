/** Breakpoints in the code of goroutines: hit in the user's own file, and nowhere else, whatever text really runs. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { makeWorkplace, node, removeWorkplace } from './workplace.ts';

const folder = makeWorkplace();
afterAll(() => removeWorkplace(folder));

const register = ['--import', 'goroutines/register'];
const tsx = ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
const readsTypeScript = (process.features as { typescript?: unknown }).typescript !== undefined;

/** At lines of goroutines, and at one of the main thread. */
const inJavaScript = ['7', '11', '12', '22', '24', '29', '33'];
const pausesInJavaScript = [
  'worker named debugged.mjs:11',
  'worker named debugged.mjs:12',
  'worker twice debugged.mjs:7',
  'worker inline debugged.mjs:22',
  'worker nested debugged.mjs:24',
  'worker awaits debugged.mjs:29',
  'main outcome debugged.mjs:33',
  '[82,6,2]',
];
const inTypeScript = ['10', '19', '23'];
const pausesInTypeScript = [
  'worker named debugged.ts:10',
  'worker inline debugged.ts:19',
  'main outcome debugged.ts:23',
  '[41,4]',
];

describe('a breakpoint', () => {
  it.each([
    ['without a flag', []],
    ['with goroutines/register', register],
  ])('in JavaScript %s', async (_, flags) => {
    const said = await node(folder, [...flags, 'debug.mjs', 'apart/debugged.mjs', ...inJavaScript]);
    expect(said.trimEnd().split('\n')).toEqual(pausesInJavaScript);
  });

  it.each([...(readsTypeScript ? [['without a flag', []] as const] : []), ['with goroutines/register', register] as const])(
    'in TypeScript %s',
    async (_, flags) => {
      const said = await node(folder, [...flags, 'debug.mjs', 'apart/debugged.ts', ...inTypeScript]);
      expect(said.trimEnd().split('\n')).toEqual(pausesInTypeScript);
    },
  );

  it('in TypeScript with tsx', async () => {
    const said = await node(folder, [...tsx, 'debug.mjs', 'apart/debugged.ts', ...inTypeScript]);
    // On the main thread runs what tsx has written, whose lines are others: debuggers go by its source map.
    expect(
      said
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('main')),
    ).toEqual(pausesInTypeScript.filter((line) => !line.startsWith('main')));
  });
});
