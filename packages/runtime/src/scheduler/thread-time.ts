/**
 * What the kernel knows of a thread: how long it has run, and whether it wants to. On Linux, by the files of `/proc`; elsewhere,
 * and where those cannot be read (a container without them, Node's permission model), nothing is known.
 *
 * The monitor asks before it takes a processor away. On a machine with more to run than it has cores, a thread may stand still
 * for tens of milliseconds since others have its core. To hand its processor on would help nobody, and its goroutines would
 * from then on run on two threads that have one processor between them, and pass it to and fro with every message.
 *
 * A reading costs 30 µs.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** The calling thread's number in the kernel; 0 where it cannot be known. */
export function ownKernelThread(): number {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Milliseconds for which a thread of this process has run, to some milliseconds; undefined where it cannot be known. */
export function runTimeOf(kernelThread: number): number | undefined {
  const text = read(kernelThread, 'schedstat');
  return text === undefined ? undefined : Number.parseInt(text, 10) / 1e6;
}

/** Whether a thread of this process runs, or would if it had a core; true where it cannot be known. */
export function wantsToRun(kernelThread: number): boolean {
  // The name, in parentheses, may hold anything.
  const text = read(kernelThread, 'stat');
  return text === undefined || text.slice(text.lastIndexOf(')') + 2)[0] === 'R';
}

function read(kernelThread: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/self/task/${kernelThread}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}
