/** The whole runtime, with delays at random places between any two steps on shared memory. */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileCore } from '../../build.mjs';

const home = fileURLToPath(new URL('../..', import.meta.url));
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
let copy: string;

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'goroutines-'));
  cpSync(join(home, 'dist'), join(copy, 'dist'), { recursive: true });
  copyFileSync(join(home, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(home, 'node_modules'), join(copy, 'node_modules'));
  copyFileSync(here('./delaying-atomics.mjs'), join(copy, 'dist/memory/atomics.js'));
  for (const folder of ['core', 'src/memory']) cpSync(join(home, folder), join(copy, folder), { recursive: true });
  const memory = readFileSync(here('./delaying-memory.as.txt'), 'utf8').replace('SEED;', `${seed + 1};`);
  writeFileSync(join(copy, 'core/memory.ts'), memory);
  await compileCore(join(copy, 'core'), join(copy, 'dist/core.wasm'));
});

afterAll(() => rmSync(copy, { recursive: true }));

it.each([
  { procs: 1, only: undefined },
  { procs: 2, only: undefined },
  { procs: 5, only: undefined },
  // Once, a delay after the idle bit lost a wake-up for good.
  { procs: 2, only: 'or' },
  { procs: 3, only: 'or' },
  { procs: 1, only: 'hold-ups' },
  { procs: 3, only: 'hold-ups' },
  { procs: 1, only: 'locks' },
  { procs: 3, only: 'locks' },
])(
  `procs $procs, delays after: $only (SEED=${seed})`,
  async ({ procs, only }) => {
    // A run takes up to 25 s; a computer that is busy, or stands still for a while, takes several times as long.
    const env: NodeJS.ProcessEnv = { ...process.env, SEED: String(seed), GOMAXPROCS: String(procs), ...(only && { ONLY: only }) };
    const printed = await new Promise<string>((resolve) => {
      const options = { env, timeout: 170_000, killSignal: 'SIGKILL' as const };
      execFile(
        process.execPath,
        [here(only === 'locks' ? './delayed-locks.mjs' : './delayed.mjs'), pathToFileURL(`${copy}/`).href, '3'],
        options,
        (error, stdout, stderr) => {
          resolve(stdout + stderr + (error === null ? '' : `ended by ${error.signal ?? `exit code ${error.code}`}`));
        },
      );
    });
    expect(printed).toBe('done\n');
  },
  180_000,
);
