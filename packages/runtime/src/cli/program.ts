/**
 * Runs the user's program in a Node of its own, as if the user had started that: the same terminal, signals and exit code.
 */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './arguments.ts';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'];
/** Those that a terminal sends to all of its processes, this one and the program. */
const fromTerminal = new Set<NodeJS.Signals>(['SIGINT', 'SIGQUIT', 'SIGHUP']);

export interface Program {
  file: string;
  args: readonly string[];
  nodeOptions: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Modules that come before it, by URL. */
  before: readonly string[];
}

/** Settles when the program has ended, with its exit code; when a signal has ended it, the same one ends this process. */
export function runProgram({ file, args, nodeOptions, environment, before }: Program): Promise<number> {
  mustBeFile(file);
  const imported = [registerFor(file), ...before].flatMap((url) => ['--import', url]);
  const words = [...nodeOptions, ...imported, file, ...args];
  const child = spawn(process.execPath, words, { stdio: 'inherit', env: { ...process.env, ...environment } });
  const passOn = (signal: NodeJS.Signals): void => {
    if (!(fromTerminal.has(signal) && process.stdin.isTTY)) child.kill(signal);
  };
  const known = SIGNALS.filter(
    (signal) => signal in constants.signals && !(process.platform === 'win32' && signal === 'SIGQUIT'),
  );
  for (const signal of known) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of known) process.off(name, passOn);
      if (signal === null) resolve(code ?? 1);
      else {
        process.kill(process.pid, signal);
        resolve(128 + (constants.signals[signal] ?? 0)); // Where that does not end it.
      }
    });
  });
}

/** Throws UsageError for anything else. */
export function mustBeFile(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  throw new UsageError(`there is no file '${file}' in ${process.cwd()}`);
}

/** `goroutines/register` of the package that the program imports; of this one where it has none of its own. */
function registerFor(file: string): string {
  try {
    return pathToFileURL(createRequire(path.resolve(file)).resolve('goroutines/register')).href;
  } catch {
    return new URL('../register.js', import.meta.url).href;
  }
}
