/** Programs in a Node process of their own; how it ended and all it wrote. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = path.join(import.meta.dirname, '../process/programs');
const places: Array<[text: string, name: string]> = [
  [`${pathToFileURL(folder).href}/`, ''],
  [`${pathToFileURL(path.join(import.meta.dirname, '../../dist')).href}/`, 'goroutines/'],
];

export interface Ended {
  /** The exit code, or the name of the signal that ended the process. */
  code: number | string;
  stdout: string;
  stderr: string;
}

export interface Options {
  env?: Record<string, string>;
  flags?: readonly string[];
  /** Milliseconds after which a process that has not ended is killed. */
  patience?: number;
}

/** Runs one program of a file in `test/process/programs`. */
export function runProgram(
  file: string,
  program: string,
  { env = {}, flags = [], patience = 50_000 }: Options = {},
): Promise<Ended> {
  const { NODE_OPTIONS, GOMAXPROCS, ...inherited } = process.env;
  const child = spawn(process.execPath, [...flags, 'start.mjs', file, program], {
    cwd: folder,
    env: { ...inherited, NODE_NO_WARNINGS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience,
    killSignal: 'SIGKILL',
  });
  const written = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code: code ?? signal ?? 'unknown', stdout: written.stdout, stderr: shortened(written.stderr) });
    });
  });
}

/** Without the paths of this machine. */
function shortened(text: string): string {
  for (const [place, name] of places) text = text.replaceAll(place, name);
  return text;
}

/** The lines of an error report that a user reads: without frames of Node and of this library. */
export function ownLines(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !/^\s+at .*(node:|goroutines\/|<anonymous>)/.test(line))
    .join('\n');
}
