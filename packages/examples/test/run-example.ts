// Runs a compiled example as a user would, in a process of its own, and tells what came out.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

const dispatcher = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export function startNode(...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

export function startExample(...args: string[]) {
  return startNode(dispatcher, ...args);
}

export function runExample(...args: string[]): Promise<Ended> {
  return ended(startExample(...args));
}

export async function ended(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ended> {
  const exit = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const [exitCode, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { exitCode, stdout, stderr };
}

/** The lines of a program's output, sorted, for output whose order is left open. */
export function sortedLines(output: string): string[] {
  return output.trimEnd().split('\n').sort();
}
