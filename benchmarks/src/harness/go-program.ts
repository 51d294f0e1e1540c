// The Go contender: benchmarks/go is compiled once into the cache folder; Go's own build cache decides what is stale.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Launch, Missing } from './contenders.ts';

const sources = fileURLToPath(new URL('../../go', import.meta.url));
const program = fileURLToPath(new URL(`../../.cache/go-program${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url));

let built: Launch | Missing | undefined;

export function buildGoProgram(...flags: string[]): Launch | Missing {
  built ??= build();
  return 'missing' in built ? built : { ...built, arguments: flags };
}

/** Go's version as it writes it ("go1.19.8"), or nothing where Go is not installed. */
export function goVersion(): string | undefined {
  const version = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  return version.status === 0 ? version.stdout.trim() : undefined;
}

function build(): Launch | Missing {
  const version = goVersion();
  if (version === undefined) return { missing: 'Go is not installed' };
  const compiled = spawnSync('go', ['build', '-o', program, '.'], { cwd: sources, encoding: 'utf8' });
  if (compiled.status !== 0) return { missing: `go build failed: ${compiled.stderr.trim()}` };
  return { command: program, arguments: [], version };
}
