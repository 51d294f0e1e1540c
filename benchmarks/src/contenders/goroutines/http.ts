import { go, runtime } from 'goroutines';
import type { Programs } from '../../harness/protocol.ts';
import { burn } from '../../work/cpu.ts';
import { served } from '../../work/http.ts';

export default {
  wrk: served((steps) => go(burn, steps), {
    start: ({ threads }) => runtime.configure({ procs: threads }),
    stop: () => runtime.shutdown(),
  }),
} satisfies Programs;
