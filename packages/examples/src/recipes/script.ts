// A plain script: no `run`, no generators. `go` takes any function; the process ends when the work is done, as it does with
// promises. It tells the lines and the SHA-256 of the files that are named: `node script.js some.txt other.txt`

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { go } from 'goroutines';

function examine(file: string) {
  const text = readFileSync(file, 'utf8');
  return { lines: text.split('\n').length - 1, digest: createHash('sha256').update(text).digest('hex') };
}

const files = process.argv.slice(2);
const results = await Promise.all(files.map((file) => go(examine, file)));

results.forEach(({ lines, digest }, index) => {
  console.log(`${digest.slice(0, 16)}  ${lines} lines  ${basename(files[index]!)}`);
});
