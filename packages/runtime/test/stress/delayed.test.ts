/** The whole runtime, with delays at random places between any two steps on shared memory. */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const home = fileURLToPath(new URL('../..', import.meta.url));
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'goroutines-'));
  cpSync(join(home, 'dist'), join(copy, 'dist'), { recursive: true });
  copyFileSync(join(home, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(home, 'node_modules'), join(copy, 'node_modules'));
  copyFileSync(here('./delaying-atomics.mjs'), join(copy, 'dist/memory/atomics.js'));
});

afterAll(() => rmSync(copy, { recursive: true }));

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

it.each([
  { procs: 1, only: undefined },
  { procs: 2, only: undefined },
  { procs: 5, only: undefined },
  // Once, a delay after the idle bit lost a wake-up for good.
  { procs: 2, only: 'or' },
  { procs: 3, only: 'or' },
])(`procs $procs, delays after: $only (SEED=${seed})`, async ({ procs, only }) => {
  const env: NodeJS.ProcessEnv = { ...process.env, SEED: String(seed), GOMAXPROCS: String(procs), ...(only && { ONLY: only }) };
  const printed = await new Promise<string>((resolve) => {
    const options = { env, timeout: 55_000, killSignal: 'SIGKILL' as const };
    execFile(process.execPath, [here('./delayed.mjs'), pathToFileURL(`${copy}/`).href, '3'], options, (error, stdout, stderr) => {
      resolve(stdout + stderr + (error === null ? '' : `ended by ${error.signal ?? `exit code ${error.code}`}`));
    });
  });
  expect(printed).toBe('done\n');
});
