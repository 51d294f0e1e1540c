// A program on goroutines: as many processors as its row has threads, started with the first goroutine and stopped at
// the end.
import { runtime } from 'goroutines';
import type { Program } from '../../harness/protocol.ts';

export function program(sample: Program['sample']): Program {
  return {
    start: ({ threads }) => runtime.configure({ procs: threads }),
    sample,
    stop: () => runtime.shutdown(),
  };
}
