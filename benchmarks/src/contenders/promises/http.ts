import type { Programs } from '../../harness/protocol.ts';
import { burn } from '../../work/cpu.ts';
import { served } from '../../work/http.ts';

export default { wrk: served(async (steps) => burn(steps)) } satisfies Programs;
