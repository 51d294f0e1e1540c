/** `GODEBUG=schedtrace=…`: Go's lines, from a thread that is not held up. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { schedTraceSettings } from '../../src/observe/schedtrace.ts';
import { runProgram } from '../helpers/child.ts';

const HEAD =
  /^SCHED \d+ms: gomaxprocs=2 idleprocs=[012] threads=\d+ spinningthreads=\d+ needspinning=0 idlethreads=\d+ runqueue=\d+/;

/** The lines of a program whose main thread computes until there are so many with that in it. */
async function linesOf(GODEBUG: string, pattern: RegExp, count: number): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'schedtrace-'));
  const UNTIL = path.join(folder, 'until');
  const child = spawn(process.execPath, ['start.mjs', 'schedtrace', 'busy'], {
    cwd: path.join(import.meta.dirname, 'programs'),
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', GODEBUG, GOMAXPROCS: '2', UNTIL },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, printed] = ['', ''];
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    printed += text;
    if (printed.split('\n').filter((line) => pattern.test(line)).length >= count) writeFileSync(UNTIL, '');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  rmSync(folder, { recursive: true });
  expect({ code, output }).toEqual({ code: 0, output: 'done\n' });
  return printed.trimEnd().split('\n');
}

it('prints the lines of Go, also while the main thread is busy', async () => {
  // Both processors held, by goroutines that hold up their threads: the main thread has come to the end of its turns.
  const lines = await linesOf('madvdontneed=1,schedtrace=10', / idleprocs=0 /, 5);
  for (const line of lines) expect(line).toMatch(new RegExp(`${HEAD.source} \\[\\d+ \\d+\\]$`));
  const times = lines.map((line) => Number(/\d+/.exec(line)));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

it('prints every P, M and G', async () => {
  const lines = await linesOf('schedtrace=10,scheddetail=1', /^ {2}M[1-9]\d*: p=\S+ curg=\d+/, 3);
  const kinds = [
    HEAD,
    /^ {2}P[01]: status=[01] schedtick=\d+ m=(nil|\d+) runqsize=\d+$/,
    /^ {2}M\d+: p=(nil|\d+) curg=(nil|\d+) spinning=(true|false) blocked=(true|false) state=[a-z]+ runqsize=\d+ ready=\d+ pinned=\d+$/,
    /^ {2}G\d+: status=(1\(runnable\)|2\(running\)|4\(waiting\)) m=(nil|\d+)$/,
  ];
  const seen = kinds.map(() => 0);
  for (const line of lines) {
    const kind = kinds.findIndex((pattern) => pattern.test(line));
    expect(kind, line).toBeGreaterThanOrEqual(0);
    seen[kind]!++;
  }
  expect(Math.min(...seen)).toBeGreaterThan(0);
  expect(seen[1]).toBe(2 * seen[0]!);
});

it('keeps no process alive, and prints nothing where it is not asked to', async () => {
  const run = (GODEBUG: string) => runProgram('schedtrace', 'idle', { env: { GODEBUG, GOMAXPROCS: '2' } });
  const { code, stdout, stderr } = await run('schedtrace=1000');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
  expect(stderr).toMatch(/^(SCHED .*\n)*$/);
  for (const setting of ['', 'schedtrace=0', 'schedtrace=x,scheddetail=1', 'scheddetail=1']) {
    expect(await run(setting)).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
  }
});

it('understands GODEBUG as Go does', () => {
  expect(schedTraceSettings('gctrace=1, schedtrace=500 ,scheddetail=1')).toEqual({ period: 500, detail: true });
  expect(schedTraceSettings('schedtrace=500,scheddetail=0')).toEqual({ period: 500, detail: false });
  expect(schedTraceSettings('schedtrace')).toBeUndefined();
  expect(schedTraceSettings(undefined)).toBeUndefined();
});
