import { isMainThread } from 'node:worker_threads';
import { timed } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { partner } from './partner.ts';
import { consume, produce } from './stream.ts';

if (!isMainThread) consume((number: number) => number);

const consumer = partner(import.meta.url);

export default {
  'two-threads': {
    start: consumer.start,
    sample: (size) => timed(() => produce(consumer.port, size, (index) => index)),
    stop: consumer.stop,
  },
} satisfies Programs;
