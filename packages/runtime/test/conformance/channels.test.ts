import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { channels } from './channels.mjs';

for (const place of everywhere) programsSuite('channels', place, channels);
