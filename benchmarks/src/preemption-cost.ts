// What preemption costs hot loops, in percent of processor time: the rows of the suite `preemption`, with and without the
// check, in fresh processes by turns; the best of all samples counts, since a disturbance only ever adds.
//
//   node benchmarks/dist/preemption-cost.js [<rounds>]
import { spawnSync } from 'node:child_process';
import { commandLine, contenders } from './harness/contenders.ts';
import type { Report } from './harness/protocol.ts';
import { preemption } from './suites/preemption.ts';

const rounds = Number(process.argv[2] ?? 5);
console.log(`Node ${process.versions.node}, best of ${rounds} processes`);
for (const row of preemption.rows) {
  const best = { goroutines: Number.POSITIVE_INFINITY, 'no-preempt': Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['goroutines', 'no-preempt'] as const) {
      const launch = contenders[name].locate();
      if ('missing' in launch) throw new Error(launch.missing);
      const request = { suite: preemption.name, row: row.name, size: row.size, threads: 1, samples: 6, warmUpMilliseconds: 300 };
      const [command, parameters] = commandLine(launch, request);
      const { stdout, stderr } = spawnSync(command, parameters, { encoding: 'utf8' });
      if (stdout === '') throw new Error(stderr);
      const { samples } = JSON.parse(stdout) as Report;
      best[name] = Math.min(best[name], ...samples.map(({ nanoseconds }) => nanoseconds));
    }
  }
  const cost = (best.goroutines / best['no-preempt'] - 1) * 100;
  const [checked, plain] = [best.goroutines, best['no-preempt']].map((nanoseconds) => (nanoseconds / 1e6).toFixed(1));
  console.log(`${row.name}: ${plain} ms, with the check ${checked} ms: ${cost >= 0 ? '+' : ''}${cost.toFixed(1)} %`);
}
