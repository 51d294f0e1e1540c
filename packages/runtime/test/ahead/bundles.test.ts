/** The corpus as one file, run from an empty folder. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { corpusPrograms, makeWorkplace, node, removeWorkplace } from './workplace.ts';

const folder = makeWorkplace();
const elsewhere = `${folder}-bundles`;
const away = `${folder}-away`;
afterAll(() => {
  for (const each of [folder, elsewhere]) removeWorkplace(each);
});

// Decorators are left to compilers, and bundlers differ in what they make of them. Nobody bundles what is imported by a variable.
const programs = corpusPrograms().filter((name) => name !== 'decorators.ts' && name !== 'imported-go-by-variable.mjs');
/** Their minifiers take names of functions for nobody's business, and Rspack's reads a constant early that is used once. */
const notWith: Record<string, readonly string[]> = {
  webpack: ['names-of-values.mjs'],
  rspack: ['names-of-values.mjs', 'refused-uninitialised.mjs'],
};
const bundlers = ['rolldown', 'rollup', 'esbuild', 'vite', 'webpack', 'rspack'];

/** Bundles into a file that lies alone; gives what the bundler said. */
async function bundle(bundler: string, entry: string, name: string, refuse = 'run'): Promise<string> {
  mkdirSync(path.join(elsewhere, name), { recursive: true });
  return await node(folder, ['bundle.mjs', bundler, entry, path.join(elsewhere, name, name), refuse]);
}

/** Runs a bundle while nothing is left where it was made. */
async function start(name: string, env: Record<string, string> = {}): Promise<string> {
  renameSync(folder, away);
  try {
    return await node(path.join(elsewhere, name), [name], env);
  } finally {
    renameSync(away, folder);
  }
}

describe.each(bundlers)('bundled by %s', (bundler) => {
  it('the corpus', async () => {
    const suitable = programs.filter((name) => !notWith[bundler]?.includes(name));
    const lines = suitable.map((name) => `  [${JSON.stringify(name)}, () => import(${JSON.stringify(`./corpus/${name}`)})],\n`);
    const entry = `import { runCorpus } from './run-corpus.mjs';\nawait runCorpus([\n${lines.join('')}]);\n`;
    writeFileSync(path.join(folder, 'corpus-entry.mjs'), entry);
    const name = `${bundler}.mjs`;
    const said = await bundle(bundler, 'corpus-entry.mjs', name);
    expect(said).toBe('');
    expect(await start(name)).toBe(suitable.map((program) => `${program}: ok\n`).join(''));
    expect(readdirSync(path.join(elsewhere, name))).toEqual([name]);
  });

  it('CommonJS in a bundle of CommonJS', async () => {
    const name = `${bundler}-entry.cjs`;
    const said = await bundle(bundler, 'apart/entry.cjs', name);
    expect(said).toBe('');
    expect(await start(name)).toBe('[1,2,3]\n');
  });

  it('runs its modules once', async () => {
    const name = `${bundler}-effects.mjs`;
    const said = await bundle(bundler, 'apart/effects.mjs', name);
    expect(said).toBe('');
    const EFFECTS = path.join(elsewhere, `${name}.log`);
    expect(await start(name, { EFFECTS })).toBe('seen helper,entry\n');
    expect(readFileSync(EFFECTS, 'utf8')).toBe('helper\nentry\n');
  });

  it('refuses at build time what cannot run', async () => {
    const said = await bundle(bundler, 'apart/refused.mjs', `${bundler}-refused.mjs`, 'build');
    expect(said).toMatch(/CaptureError: goroutine at .*refused\.mjs:5:3 assigns to the captured variable 'count'/);
  });

  it('says what was not prepared', async () => {
    const name = `${bundler}-not-prepared.mjs`;
    const said = await bundle(bundler, 'apart/not-prepared.mjs', name);
    expect(said).toBe('');
    expect(await start(name)).toMatch(
      /^started\n|^CaptureError: the code of a function in .* cannot be read where there is no parser/,
    );
  });
});

it.each(['rolldown', 'vite'])('%s is asked for names that only it knows', async (bundler) => {
  const name = `${bundler}-aliased.mjs`;
  expect(await bundle(bundler, 'apart/aliased.mjs', name)).toBe('');
  expect(await start(name)).toBe('12 4\n');
});

it.each(['rolldown', 'esbuild'])('without the dashboard, bundled by %s', async (bundler) => {
  const name = `${bundler}-dashboard.mjs`;
  expect(await bundle(bundler, 'apart/dashboard.mjs', name)).toBe('');
  const refusal = 'RuntimeStateError: runtime.dashboard: a bundle does not carry the dashboard; run the program from its sources';
  expect(await start(name)).toBe(`${refusal}\ngoes on\n`);
  const told = await start(name, { GODASHBOARD: '0' });
  expect(told).toContain('a bundle does not carry the dashboard');
  expect(told).toContain('goes on\n');
});
