import { everywhere } from '../helpers/places.ts';
import { programsSuite } from '../suites/programs.ts';
import { goChannels } from './go-channels.mjs';
import { goSelects } from './go-selects.mjs';

for (const place of everywhere) {
  programsSuite("Go's own tests of channels", place, goChannels);
  programsSuite("Go's own tests of select", place, goSelects);
}
