/** What `goroutines/register` makes possible, and what is said without it. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { makeWorkplace, node, permissionFlags, removeWorkplace } from './workplace.ts';

const folder = makeWorkplace();
afterAll(() => removeWorkplace(folder));

const register = ['--import', 'goroutines/register'];

describe('goroutines/register', () => {
  it('is found by threads that start in another working directory', async () => {
    expect(await node(folder, [...register, 'apart/elsewhere.mjs'])).toBe('1\n');
  });

  it('takes a CommonJS entry', async () => {
    expect(await node(folder, [...register, 'apart/entry.cjs'])).toBe('[1,2,3]\n');
  });

  it('keeps places in TypeScript that is more than types', async () => {
    const said = await node(folder, [...register, 'apart/uncaught.ts']);
    expect(said).toMatch(/Error: level 3\n\s+at fails \(.*uncaught\.ts:8:9\)/);
    expect(said).toMatch(/created by go\(\) at .*uncaught\.ts:7:1/);
  });

  it('needs no inspector', async () => {
    const flags = ['--import', pathToFileURL(path.join(folder, 'no-inspector.mjs')).href];
    expect(await node(folder, [...flags, ...register, 'apart/wide-open.mjs'])).toBe('[1,2]\n');
    expect(await node(folder, [...flags, 'apart/wide-open.mjs'])).toMatch(/CaptureError: the code of a function is read through/);
  });

  it('works under the permission model', async () => {
    expect(await node(folder, [...permissionFlags, ...register, 'apart/wide-open.mjs'])).toBe('[1,2]\n');
    const said = await node(folder, [...permissionFlags, 'apart/wide-open.mjs']);
    expect(said).toMatch(/CaptureError: .*Start the program with --import goroutines\/register/);
  });

  it('works where no code may be made of strings', async () => {
    const flags = ['--disallow-code-generation-from-strings'];
    expect(await node(folder, [...flags, ...register, 'apart/wide-open.mjs'])).toBe('[1,2]\n');
  });
});

it('is named, once, to a program that would gain by it', async () => {
  const warnings = { NODE_NO_WARNINGS: '0' };
  const hint = /GoroutinesHint: captured variables of 1,000 goroutines .*node --import goroutines\/register/;
  const said = await node(folder, ['apart/many-captured.mjs'], warnings);
  expect(said).toMatch(hint);
  expect(said.match(/GoroutinesHint/g)).toHaveLength(1);
  expect(await node(folder, ['apart/many-captured.mjs', 'silent'], warnings)).toBe('1099\n');
  expect(await node(folder, [...register, 'apart/many-captured.mjs'], warnings)).toBe('1099\n');
});

it('goroutines inside of goroutines need no inspector on the worker threads', async () => {
  const flags = ['--import', pathToFileURL(path.join(folder, 'no-inspector-on-workers.mjs')).href];
  expect(await node(folder, [...flags, 'apart/wide-open.mjs'])).toBe('[1,2]\n');
});
