/**
 * What runs on the dashboard's thread: the server and the sampler. A thread of its own, so that the page stays live while the main
 * thread computes, and so that it is nothing that the main thread's loop would wait for. It is no machine: it reads the
 * arena, starts no goroutine, and is in none of the counts on which ends and deadlocks depend.
 *
 * It ends by itself when it is told to: ended from outside it might hold the lock of a function's creators.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FromDashboard, Start, ToDashboard } from './dashboard/messages.ts';
import { Sampler } from './dashboard/sampler.ts';
import { schedulingLatency } from './dashboard/scheduling-latency.ts';
import { DashboardServer } from './dashboard/server.ts';
import { attachArena } from './memory/arena.ts';
import { initializeCore, useCoreModule, type WasmMemory } from './memory/core.ts';
import { MONITOR_MACHINE } from './memory/layout.ts';

const INTERVAL_MILLISECONDS = 500;

const { memory, core, port, token, assets, hello } = workerData as Start;
const main = parentPort!;
const tell = (message: FromDashboard): void => main.postMessage(message);

useCoreModule(core);
let sampler = attach(memory);

function attach(arena: WasmMemory): Sampler {
  attachArena(arena);
  initializeCore(MONITOR_MACHINE);
  return new Sampler();
}

const server = new DashboardServer({
  port,
  token,
  assets,
  interval: INTERVAL_MILLISECONDS,
  source: {
    hello,
    sample: (pages) => sampler.sample(pages),
    happeningsAfter: (number) => sampler.happeningsAfter(number),
    watched: (isWatched) => tell({ kind: 'watched', isWatched }),
  },
});

main.on('message', (message: ToDashboard) => {
  if (message.kind === 'loop') sampler.noteLoop({ age: 0, latency: message.latency });
  else if (message.kind === 'glimpse') sampler.noteScheduling(schedulingLatency(message.records));
  else if (message.kind === 'arena') sampler = attach(message.memory);
  else void close();
});

async function close(): Promise<void> {
  await server.close();
  tell({ kind: 'closed' });
  main.close();
}

server.listen().then(
  (listening) => tell({ kind: 'listening', port: listening }),
  (error: NodeJS.ErrnoException) => {
    tell({ kind: 'failed', code: error.code ?? '', message: error.message });
    main.close();
  },
);
