import type { Programs } from '../../harness/protocol.ts';
import { served } from '../../work/http.ts';
import { run, start, stop } from './pool.ts';

export default { wrk: served((steps) => run('burn', steps), { start, stop }) } satisfies Programs;
