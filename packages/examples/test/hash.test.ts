// The main job, as a program: what it prints and its exit code, for folders with everything in them that has ever
// tripped such a program. The expected digests are computed here, in the plainest way there is.

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runExample } from './run-example.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hash-'));
});

afterEach(() => {
  execFileSync('rm', ['-rf', folder]); // unlike rmSync, it can remove what has too long a path
});

function write(files: Record<string, string | Buffer>) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

function digestOfDigests(files: Record<string, string | Buffer>): string {
  const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  const lines = Object.keys(files)
    .sort()
    .map((path) => `${path}\0${sha256(files[path]!)}\n`);
  return sha256(lines.join(''));
}

/** The values of the summary's lines, by the word that each begins with. */
async function hash() {
  const { exitCode, stdout, stderr } = await runExample(folder);
  const field = (name: string) => stdout.match(new RegExp(`^${name} +(.*)$`, 'm'))?.[1];
  return { exitCode, stdout, stderr, files: field('files'), errors: field('errors'), digest: field('digest') };
}

test('hashes what is there: nested folders, an empty file, names in many scripts, a file of many chunks', async () => {
  const files = {
    'a.txt': 'a',
    'empty.txt': '',
    'deep/er/and/deeper/b.txt': 'b',
    'a.txt.d/c': 'c',
    'naïve.txt': 'composed',
    'nai\u0308ve.txt': 'decomposed',
    'файл.txt': 'Cyrillic',
    '文件/漢字.txt': 'Han',
    '🧵/🧶.txt': 'outside the basic plane',
    'a name\nof two lines': 'newline',
    'big.bin': randomBytes(3 * 1024 * 1024 + 17),
    'exactly-one-chunk.bin': randomBytes(256 * 1024),
  };
  write(files);

  const { exitCode, stderr, ...summary } = await hash();
  expect(exitCode).toBe(0);
  expect(stderr).toBe('');
  expect(summary).toMatchObject({ files: '12 files, 3.4 MB', errors: '0', digest: digestOfDigests(files) });
  expect(summary.stdout).toMatch(/^goroutines +\d+ ms/m);
  expect(summary.stdout).toMatch(/^ {2}thread \d+ +\d+ % of the bytes, \d+ files?$/m);
  expect(summary.stdout).toMatch(/^promises +\d+ ms/m);
  expect(summary.stdout).toMatch(/^ratio +\d+\.\d\d/m);
});

test('every file is counted once, on whichever thread it was read', async () => {
  const files = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`${index % 50}/${index}`, `content ${index}`]));
  write(files);

  const { exitCode, stdout, digest } = await hash();
  expect(exitCode).toBe(0);
  expect(digest).toBe(digestOfDigests(files));
  const shares = [...stdout.matchAll(/^ {2}thread .* ([\d,]+) files$/gm)].map(([, count]) => Number(count!.replace(',', '')));
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(3000);
});

test('an empty folder has no files, and its digest is that of nothing', async () => {
  expect(await hash()).toMatchObject({
    exitCode: 0,
    stderr: '',
    files: '0 files, 0.0 MB',
    errors: '0',
    digest: digestOfDigests({}),
  });
});

test('symbolic links are not followed, be they dangling, to a file, or round in a circle', async () => {
  const files = { 'real.txt': 'real' };
  write(files);
  symlinkSync('nowhere', join(folder, 'dangling'));
  symlinkSync('real.txt', join(folder, 'link.txt'));
  symlinkSync('.', join(folder, 'circle'));

  expect(await hash()).toMatchObject({ exitCode: 0, files: '1 file, 0.0 MB', errors: '0', digest: digestOfDigests(files) });
});

test('a named pipe is no file, and nobody waits for a writer', async () => {
  const files = { 'real.txt': 'real' };
  write(files);
  execFileSync('mkfifo', [join(folder, 'pipe')]);

  expect(await hash()).toMatchObject({ exitCode: 0, errors: '0', digest: digestOfDigests(files) });
});

// Permissions do not stop the superuser, as whom tests often run. The length of a path stops everyone: folders are nested
// until one more name makes it too long. The kernel refuses the absolute path, and only a relative one could create it.
test('what cannot be read is reported and counted, and the rest is hashed', async () => {
  const files = { 'readable.txt': 'readable' };
  write(files);
  const longestPath = process.platform === 'darwin' ? 1024 : 4096;
  const name = 'n'.repeat(100);
  const nested = Math.floor((longestPath - folder.length - 2) / (name.length + 1));
  const nest = `
    const { mkdirSync, writeFileSync } = require('node:fs');
    for (let depth = 0; depth < ${nested}; depth++) {
      mkdirSync('${name}');
      process.chdir('${name}');
    }
    writeFileSync('f'.repeat(250), 'out of reach');
    mkdirSync('d'.repeat(250));
  `;
  execFileSync(process.execPath, ['-e', nest], { cwd: folder });

  const { exitCode, stdout, errors, digest } = await hash();
  expect({ exitCode, errors, digest }).toEqual({ exitCode: 0, errors: '2', digest: digestOfDigests(files) });
  expect(stdout).toMatch(/^ +ENAMETOOLONG {2}n.*\/d+$\n^ +ENAMETOOLONG {2}n.*\/f+$/m);
});

// The superuser may read everything.
if (process.getuid?.() !== 0) {
  test('neither can a file that may not be read', async () => {
    const files = { 'readable.txt': 'readable' };
    write(files);
    writeFileSync(join(folder, 'secret.txt'), 'secret', { mode: 0 });

    const { stdout, ...summary } = await hash();
    expect(summary).toMatchObject({ exitCode: 0, errors: '1', digest: digestOfDigests(files) });
    expect(stdout).toContain('EACCES  secret.txt');
  });
}

test('a folder that is not there', async () => {
  const missing = join(folder, 'missing');
  expect(await runExample(missing)).toEqual({ exitCode: 2, stdout: '', stderr: `There is no folder ${missing}\n` });
});

test('a file in place of a folder', async () => {
  write({ file: 'content' });
  const file = join(folder, 'file');
  expect(await runExample('hash', file)).toEqual({ exitCode: 2, stdout: '', stderr: `Not a folder: ${file}\n` });
});

test('one folder too many', async () => {
  expect(await runExample('hash', folder, folder)).toEqual({ exitCode: 2, stdout: '', stderr: 'usage: hash [folder]\n' });
});
