/** `goroutines trace`: where the trace is, and how it is looked at. */
import { accessSync, constants, existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from './arguments.ts';

/** The variables by which a program's runtime is told: see `observe/trace.ts`. */
export const TRACE_VARIABLE = 'GOTRACE';
export const FULL_TRACE_VARIABLE = 'GOTRACEFULL';

/** Before the program: what an earlier run has left is not to be taken for the new trace, and where none can be nothing is begun. */
export function clearTrace(file: string): void {
  try {
    rmSync(file, { force: true });
    accessSync(path.dirname(file), constants.W_OK);
  } catch (error) {
    throw new UsageError(`goroutines trace: cannot write '${file}': ${(error as Error).message}`);
  }
}

/** A sentence for after the program. */
export function whereTraceIs(file: string): string {
  if (!existsSync(file)) {
    return file.includes('%p')
      ? `the traces are in ${file}, with the numbers of processes in place of %p; https://ui.perfetto.dev shows them`
      : 'there is no trace: the program used nothing of this library';
  }
  if (statSync(file).size === 0) return `the trace in ${file} is empty: the program was killed before it could write it`;
  return `the trace is in ${file}; open it at https://ui.perfetto.dev, or in chrome://tracing`;
}
