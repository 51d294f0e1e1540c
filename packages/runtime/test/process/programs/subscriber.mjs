/** Loaded by every thread (`--import`): writes what each publishes, straight away. */
import { subscribe } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';

for (const name of ['create', 'end']) {
  subscribe(`goroutines:${name}`, ({ id, name: named, thread, kind, status, error }) => {
    const where = thread === 0 ? 'main' : 'worker';
    writeSync(1, `${name} ${id % 1024} ${named ?? '-'} ${kind ?? status} ${error?.message ?? '-'} ${where}\n`);
  });
}
subscribe('goroutines:handoff', ({ thread }) => writeSync(1, `handoff of thread ${thread > 0}\n`));
