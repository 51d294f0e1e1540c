// Who is measured, and how its child process is started. A contender that is not there says why; nobody is faked.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { buildGoProgram } from './go-program.ts';
import type { Request } from './protocol.ts';
import type { Row } from './suite.ts';

export const contenderNames = [
  'goroutines',
  'goroutines-register',
  'no-preempt',
  'go',
  'go-a-thread-each',
  'promises',
  'async-mutex',
  'worker-threads',
  'atomics',
  'piscina',
  'multithreading',
] as const;
export type ContenderName = (typeof contenderNames)[number];

/** Ours in one of its ways to run: not a rival. */
export function isOurs(name: ContenderName): boolean {
  return name === 'goroutines' || name === 'goroutines-register' || name === 'no-preempt';
}

export interface Contender {
  title: string;
  /** What it is and how it is set, for the report. */
  settings: string;
  locate(): Launch | Missing;
}
/** How to start a child; the request is put behind the arguments. */
export interface Launch {
  command: string;
  arguments: string[];
  version?: string;
}
export interface Missing {
  missing: string;
}

export const contenders: Record<ContenderName, Contender> = {
  goroutines: {
    title: 'goroutines',
    settings: 'This package, no flag, no build step; `procs` is the number of threads of the row.',
    locate: () => onNode('goroutines', 'goroutines'),
  },
  'goroutines-register': {
    title: 'goroutines, register',
    settings: 'The same programs under `node --import goroutines/register`.',
    locate: () => onNode('goroutines', 'goroutines/register', ['--import', import.meta.resolve('goroutines/register')]),
  },
  'no-preempt': {
    title: 'goroutines, no-preempt',
    settings: "This package, with `'use no-preempt'` in the functions.",
    locate: () => onNode('no-preempt', 'goroutines'),
  },
  go: {
    title: 'Go',
    settings: 'The programs in `benchmarks/go`, compiled once; `GOMAXPROCS` is the number of threads of the row.',
    locate: () => buildGoProgram(),
  },
  'go-a-thread-each': {
    title: 'Go, a thread each',
    settings:
      'The same programs with each goroutine locked to a thread (`runtime.LockOSThread`), so that they are known to run on two, as ' +
      'ours are. Go is not made for that: it hands a value on by way of the kernel.',
    locate: () => buildGoProgram('--a-thread-each'),
  },
  promises: {
    title: 'promises',
    settings: 'Plain async functions on the main thread, with a channel of some sixty lines. Nothing here runs in parallel.',
    locate: () => onNode('promises'),
  },
  'async-mutex': {
    title: 'async-mutex',
    settings: 'async-mutex on the main thread: its locks know one thread only.',
    locate: () => onNode('async-mutex', 'async-mutex'),
  },
  'worker-threads': {
    title: 'worker_threads',
    settings: 'node:worker_threads by hand: workers that are started beforehand, and their MessagePorts.',
    locate: () => onNode('worker-threads'),
  },
  atomics: {
    title: 'bare atomics',
    settings:
      'Two threads that look at one word of shared memory all the time: no channels, but what the computer itself takes for there and ' +
      'back. That differs by a factor of five between cores that share a cache and cores that do not, also from hour to hour in a ' +
      'virtual machine.',
    locate: () => onNode('atomics'),
  },
  piscina: {
    title: 'Piscina',
    settings: 'Piscina with as many threads as the row has, all started beforehand; all tasks in flight at once.',
    locate: () => onNode('piscina', 'piscina'),
  },
  multithreading: {
    title: 'multithreading',
    settings:
      'npm `multithreading` on Node 24 or later, which it needs. Numbers only, since its channels gave back other strings ' +
      'and objects than were sent, and fewer than 65,536 tasks in flight, beyond which it loses results.',
    locate: onNode24,
  },
};

const child = fileURLToPath(new URL('./child.js', import.meta.url));
const require = createRequire(import.meta.url);

export function threadsOf(row: Row): number {
  return row.threads === 'all' ? availableParallelism() : row.threads;
}

export function commandLine(launch: Launch, ...requests: Request[]): [command: string, arguments: string[]] {
  return [launch.command, [...launch.arguments, ...requests.map((request) => JSON.stringify(request))]];
}

function onNode(folder: string, needs?: string, flags: string[] = []): Launch | Missing {
  if (needs !== undefined && !resolves(needs)) return { missing: `${needs} is not installed` };
  const launch: Launch = { command: process.execPath, arguments: [...flags, child, folder] };
  const version = needs && versionOf(needs);
  return version ? { ...launch, version } : launch;
}

function onNode24(): Launch | Missing {
  const launch = onNode('multithreading', 'multithreading');
  if ('missing' in launch) return launch;
  const command = findNode24();
  if (command === undefined)
    return { missing: 'no Node 24 found: set NODE24 to its path, have node24 on the PATH, or run .ci/run once' };
  return { ...launch, command };
}

function findNode24(): string | undefined {
  const { NODE24 } = process.env;
  if (NODE24) return existsSync(NODE24) ? NODE24 : undefined;
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  // Where `.ci/run` has put the one it tests on.
  const tested = fileURLToPath(
    new URL(`../../../.cache/node-24/node_modules/node-${process.platform}-${process.arch}/bin/node`, import.meta.url),
  );
  if (existsSync(tested)) return tested;
  return spawnSync('node24', ['--version']).status === 0 ? 'node24' : undefined;
}

function resolves(specifier: string): boolean {
  try {
    return existsSync(fileURLToPath(import.meta.resolve(specifier)));
  } catch {
    return false;
  }
}

function versionOf(specifier: string): string | undefined {
  const [name] = specifier.split('/');
  for (const folder of require.resolve.paths(name!) ?? []) {
    const file = `${folder}/${name}/package.json`;
    if (existsSync(file)) return (require(file) as { version: string }).version;
  }
  return undefined;
}
