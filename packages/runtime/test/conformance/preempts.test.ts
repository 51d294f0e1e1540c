import { callingThread, oneThread, threads } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { preempts } from './preempts.mjs';

for (const place of [oneThread, threads, callingThread]) programsSuite('preemption', place, preempts);
