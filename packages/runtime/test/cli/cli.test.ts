/** `npx goroutines`, as the package's `bin` runs it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { frameWhere } from '../helpers/events.ts';
import { ADDRESS, endAll, start } from '../helpers/started.ts';

const home = path.join(import.meta.dirname, '../..');
const bin = path.join(home, 'bin/goroutines.mjs');
let folder: string;

const files: Record<string, string> = {
  'package.json': '{"type":"module"}',
  // An enum is more than types: no Node reads it by itself.
  'app.ts': `import { go } from 'goroutines';
enum Colour { Red, Green }
const captured: number = 40;
console.log(await go(function* () { return captured + Colour.Green; }), process.argv.slice(2).join('|'));
console.error('registered', Symbol.for('goroutines.register') in globalThis, process.execArgv.includes('--stack-size=900'));
`,
  'code.mjs': 'process.exitCode = 7;',
  'many-turns.mjs': `import { go, gosched } from 'goroutines';
await go(function* () { for (let turn = 0; turn < 30000; turn++) yield* gosched(); });
`,
  'throws.mjs': "throw new Error('as it is');",
  'killed.mjs': "process.kill(process.pid, 'SIGTERM'); setInterval(() => undefined, 1000);",
  'waits.mjs': `process.on('SIGTERM', () => { console.log('told'); process.exit(5); });
setInterval(() => undefined, 1000);
console.log('ready');
`,
  'parked.mjs': `import { chan, go, runtime } from 'goroutines';
const never = chan();
go(function* () { yield* never.recv(); });
setInterval(() => undefined, 1000);
while ((await runtime.goroutines())[0].waitsFor !== 'chan receive') await new Promise(setImmediate);
console.log('ready');
`,
};

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'goroutines-cli-'));
  mkdirSync(path.join(folder, 'node_modules'));
  symlinkSync(home, path.join(folder, 'node_modules/goroutines'), 'junction');
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
});
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

async function ended(...words: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const started = start([bin, ...words], { cwd: folder });
  const code = await started.ended;
  return { code, stdout: started.stdout, stderr: started.stderr };
}

describe('goroutines run', () => {
  it('runs TypeScript with captured values, and gives the program what stands behind its file', async () => {
    const { code, stdout, stderr } = await ended(
      'run',
      '--node-option=--stack-size=900',
      'app.ts',
      'a',
      '--port',
      '-h',
      '--',
      'b c',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '41 a|--port|-h|--|b c\n' });
    expect(stderr).toBe('registered true true\n');
  });

  it('ends as the program does', async () => {
    expect(await ended('run', 'code.mjs')).toEqual({ code: 7, stdout: '', stderr: '' });
    expect(await ended('run', '--', './code.mjs')).toEqual({ code: 7, stdout: '', stderr: '' });
    const threw = await ended('run', 'throws.mjs');
    expect(threw.code).toBe(1);
    expect(threw.stderr).toContain('Error: as it is');
    expect((await ended('run', 'killed.mjs')).code).toBe('SIGTERM');
  });

  it('hands signals on', async () => {
    const started = start([bin, 'run', 'waits.mjs'], { cwd: folder });
    await started.wrote(/ready/);
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(5);
    expect(started.stdout).toBe('ready\ntold\n');
  });

  it('SIGQUIT makes the dump of the program', async () => {
    const started = start([bin, 'run', 'parked.mjs'], { cwd: folder });
    await started.wrote(/ready/);
    started.child.kill('SIGQUIT');
    expect(await started.ended).toBe(2);
    expect(started.stderr).toMatch(/SIGQUIT: quit\n\ngoroutine 1 \[chan receive/);
  });
});

it('goroutines top says where the page is, and ends with the program', async () => {
  const started = start([bin, 'top', '--port', '0', 'parked.mjs'], { cwd: folder });
  const [url] = await started.wrote(ADDRESS);
  expect(await frameWhere(url, ({ census }) => census.waiting === 1)).toMatchObject({ goroutines: 1 });
  started.child.kill('SIGTERM');
  expect(await started.ended).toBe('SIGTERM');
  await expect(frameWhere(url, () => true)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('goroutines top --stay keeps the page', async () => {
  const started = start([bin, 'top', '--stay', 'app.ts'], { cwd: folder });
  const [url] = await started.wrote(ADDRESS);
  await started.wrote(/its dashboard stays until Ctrl-C/);
  expect(await frameWhere(url, () => true)).toMatchObject({ goroutines: 0 });
  started.child.kill('SIGINT');
  expect(await started.ended).toBe('SIGINT');
});

describe('goroutines trace', () => {
  const eventsIn = (file: string): unknown[] => {
    const trace = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as unknown[] | { traceEvents: unknown[] };
    return Array.isArray(trace) ? trace : trace.traceEvents;
  };

  it('writes down what the scheduler did, and says where', async () => {
    const { code, stdout, stderr } = await ended('trace', '-o', 'named.json', 'app.ts', 'x');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '41 x\n' });
    expect(stderr).toContain(
      `goroutines: the trace is in ${path.join(folder, 'named.json')}; open it at https://ui.perfetto.dev`,
    );
    expect(eventsIn('named.json').length).toBeGreaterThan(5);
  });

  it('also when the program is ended by a signal', async () => {
    const started = start([bin, 'trace', 'parked.mjs'], { cwd: folder });
    await started.wrote(/ready/);
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(143);
    expect(started.stderr).toContain('trace.json; open it at');
    expect(eventsIn('trace.json').length).toBeGreaterThan(5);
  });

  it('shows every turn where that is wanted', async () => {
    const shownBy = async (...options: string[]) => {
      expect((await ended('trace', ...options, '-o', 'named.json', 'many-turns.mjs')).code).toBe(0);
      const events = eventsIn('named.json') as { ph: string; pid: number; cat?: string }[];
      return events.filter(({ ph, pid, cat }) => ph === 'X' && pid === 1 && cat === 'goroutine').length;
    };
    expect(await shownBy()).toBeLessThan(30_000);
    expect(await shownBy('--full')).toBeGreaterThan(30_000);
  });

  it('says when there is none, and keeps the exit code', async () => {
    const { code, stderr } = await ended('trace', '-o', 'named.json', 'code.mjs');
    expect({ code, stderr }).toEqual({
      code: 7,
      stderr: 'goroutines: there is no trace: the program used nothing of this library\n',
    });
  });
});

describe('the command line', () => {
  it.each([['--help'], ['-h'], ['help'], ['run', '--help'], ['top', '-h']])('%s %s', async (...words) => {
    const { code, stdout, stderr } = await ended(...words.filter((word) => word !== undefined));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: goroutines <command>/);
  });

  it.each(['--version', '-v'])('%s', async (word) => {
    const { version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string };
    expect(await ended(word)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['walk', 'code.mjs'], "unknown command 'walk'; there are run, top, trace"],
    [['code.mjs'], "unknown command 'code.mjs'; there are run, top, trace"],
    [['run'], "goroutines run: the program's file is missing"],
    [['top', '--port', '80'], "goroutines top: the program's file is missing"],
    [['run', 'nothing.ts'], "there is no file 'nothing.ts'"],
    [['run', '.'], "there is no file '.'"],
    [['run', '--port', '80', 'code.mjs'], "goroutines run: Unknown option '--port'"],
    [['top', '--port', '65536', 'code.mjs'], "--port must be a whole number from 0 to 65535, got '65536'"],
    [['top', '--port=', 'code.mjs'], "--port must be a whole number from 0 to 65535, got ''"],
    [['run', '--node-option'], 'node-option'],
    [['trace', '-o', 'x.json'], "goroutines trace: the program's file is missing"],
    [['trace', '-o', '', 'code.mjs'], '--output must name a file'],
    [['trace', '-o', 'no/such/folder/x.json', 'nothing.mjs'], "there is no file 'nothing.mjs'"],
    [['trace', '-o', 'no/such/folder/x.json', 'app.ts'], 'goroutines trace: cannot write '],
    [['trace', '-o', '.', 'app.ts'], 'goroutines trace: cannot write '],
  ])('%j is refused', async (words, message) => {
    const { code, stdout, stderr } = await ended(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('nothing at all gives the help, and is no success', async () => {
    const { code, stdout } = await ended();
    expect(code).toBe(2);
    expect(stdout).toMatch(/^Usage:/);
  });
});
