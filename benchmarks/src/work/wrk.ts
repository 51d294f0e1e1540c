// The load generator wrk (https://github.com/wg/wrk), which is installed by hand, and what it writes.
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

export interface Load {
  requestsPerSecond: number;
  /** Milliseconds; not a number where no request was answered in time. */
  p99: number;
}

/** Why it can't be used here, where it can't. */
export function wrkLacks(): string | undefined {
  // wrk knows no option that ends well: any answer says that it is there.
  if (spawnSync('wrk', ['--version']).error === undefined) return undefined;
  return 'wrk is not installed: `apt-get install wrk` or `brew install wrk`, and run this row again';
}

/** Asks again as soon as there is an answer, on so many connections at once. */
export async function underLoad(url: string, connections: number, seconds: number): Promise<Load> {
  const options = ['--threads', '1', '--connections', `${connections}`, '--duration', `${seconds}s`, '--latency', url];
  const { stdout } = await promisify(execFile)('wrk', options);
  return readLoad(stdout);
}

const inMilliseconds: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

export function readLoad(output: string): Load {
  const failed = /Non-2xx or 3xx responses: (\d+)|Socket errors: (?!connect 0, read 0, write 0)(.*)/.exec(output);
  if (failed) throw new Error(`wrk reports requests that failed: ${failed[0]}`);
  const rate = /^Requests\/sec:\s+([\d.]+)/m.exec(output);
  const latency = /^\s+99%\s+([\d.]+)(us|ms|s|m)\s*$/m.exec(output);
  if (!rate || !latency) throw new Error(`cannot read what wrk reports: ${output.replaceAll(/\s+/g, ' ')}`);
  const requestsPerSecond = Number(rate[1]);
  const p99 = requestsPerSecond === 0 ? Number.NaN : Number(latency[1]) * inMilliseconds[latency[2]!]!;
  return { requestsPerSecond, p99 };
}
