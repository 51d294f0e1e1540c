/** A program that is watched while it runs. */
import { type ChildProcess, spawn } from 'node:child_process';

export class Started {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | string>;
  private readonly waiting = new Set<() => void>();

  constructor(command: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
    const { NODE_OPTIONS, GOMAXPROCS, GODASHBOARD, GOTRACE, ...inherited } = process.env;
    this.child = spawn(process.execPath, command, {
      cwd: options.cwd,
      env: { ...inherited, NODE_NO_WARNINGS: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of ['stdout', 'stderr'] as const) {
      this.child[stream]!.setEncoding('utf8').on('data', (text: string) => {
        this[stream] += text;
        for (const look of this.waiting) look();
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        resolve(code ?? signal ?? 'unknown');
        for (const look of this.waiting) look();
      });
    });
  }

  /** What it has written by then, once that has such a part. */
  wrote(part: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = part.exec(this.stdout) ?? part.exec(this.stderr);
        const { exitCode, signalCode } = this.child;
        if (found === null && exitCode === null && signalCode === null) return;
        this.waiting.delete(look);
        if (found !== null) resolve(found);
        else
          reject(new Error(`it ended with ${exitCode ?? signalCode} and did not write ${part}:\n${this.stdout}${this.stderr}`));
      };
      this.waiting.add(look);
      look();
    });
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}

const running = new Set<Started>();

/** Starts a program that `endAll` ends, if it has not ended by then. */
export function start(...parameters: ConstructorParameters<typeof Started>): Started {
  const started = new Started(...parameters);
  running.add(started);
  return started;
}

export async function endAll(): Promise<void> {
  // Not by SIGKILL, if they end without: they may have programs of their own to end.
  for (const started of running) {
    const late = setTimeout(() => started.child.kill('SIGKILL'), 3000);
    await started.kill('SIGTERM');
    clearTimeout(late);
  }
  running.clear();
}

/** The address of a dashboard. */
export const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\//;
