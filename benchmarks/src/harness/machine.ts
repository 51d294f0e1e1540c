// What the figures were taken on.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type ContenderName, contenderNames, contenders, type Launch } from './contenders.ts';

export interface Machine {
  processor: string;
  cores: number;
  memory: string;
  system: string;
  node: string;
  v8: string;
  /** None where Go is not installed. */
  go?: string;
  date: string;
  /** The commit of the sources, with a note where they were changed since. */
  commit: string;
  /** How many programs were running or ready to run when the first row began, the average of a minute: 0 on a quiet machine. */
  load: number;
  versions: Partial<Record<ContenderName, string>>;
}

/** Taken before the first row, so that the load is that of others. */
export function describeMachine(): Machine {
  const load = loadavg()[0]!;
  const versions: Machine['versions'] = {};
  for (const name of contenderNames) {
    const place = contenders[name].locate();
    if (!('missing' in place) && place.version) versions[name] = `${place.version}${otherNode(name, place)}`;
  }
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.arch}`,
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${distribution()}${type()} ${release()}`,
    node: process.version,
    v8: process.versions.v8,
    ...(versions.go !== undefined && { go: versions.go }),
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    load,
    versions,
  };
}

/** Where a contender needs another Node than the one that runs this. */
function otherNode(name: ContenderName, { command }: Launch): string {
  if (name === 'go' || name === 'go-a-thread-each' || command === process.execPath) return '';
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return ` on Node ${stdout?.trim() || 'of an unknown version'}`;
}

function distribution(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    return name ? `${name}, ` : '';
  } catch {
    return ''; // No Linux: type and release say it all.
  }
}

function commit(): string {
  const git = (...args: string[]) =>
    spawnSync('git', args, { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8' });
  const head = git('rev-parse', '--short=12', 'HEAD');
  if (head.status !== 0) return 'unknown: no git checkout';
  const changed = git('status', '--porcelain', '--untracked-files=no').stdout.trim() !== '';
  return `${head.stdout.trim()}${changed ? ', with changes that were not committed' : ''}`;
}
