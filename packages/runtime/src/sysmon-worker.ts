/** What runs on the monitor's thread: nothing but the monitor, and its reports (GODEBUG). It is no machine, and runs nobody's code. */
import { workerData } from 'node:worker_threads';
import { attachArena } from './memory/arena.ts';
import { initializeCore, useCoreModule, type WasmMemory, type WasmModule } from './memory/core.ts';
import { MONITOR_MACHINE } from './memory/layout.ts';
import { schedTraceFromEnvironment } from './observe/schedtrace.ts';
import { machine } from './scheduler/machine.ts';
import { monitor } from './scheduler/sysmon.ts';
import { writeAll } from './threads/console.ts';

const { memory, core } = workerData as { memory: WasmMemory; core: WasmModule };
useCoreModule(core);
attachArena(memory);
initializeCore(MONITOR_MACHINE);
machine.attach(MONITOR_MACHINE);
monitor(schedTraceFromEnvironment((text) => writeAll(2, Buffer.from(text))));
