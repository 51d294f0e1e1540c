import { asyncCode, callingThread, everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { sleepOrder, timers } from './timers.mjs';

for (const place of everywhere) programsSuite('timers', place, timers);
for (const place of [callingThread, asyncCode]) programsSuite('the order of timers', place, sleepOrder);
