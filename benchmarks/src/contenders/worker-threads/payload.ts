import { isMainThread } from 'node:worker_threads';
import { timed } from '../../harness/clock.ts';
import type { Program, Programs } from '../../harness/protocol.ts';
import { makePayload, type PayloadKind, payloadKinds, weigh } from '../../work/payloads.ts';
import { partner } from './partner.ts';
import { consume, produce } from './stream.ts';

if (!isMainThread) consume(weigh);

const consumer = partner(import.meta.url);

function program(kind: PayloadKind): Program {
  return {
    start: consumer.start,
    sample: (size) => timed(() => produce(consumer.port, size, (index) => makePayload(kind, index))),
    stop: consumer.stop,
  };
}

export default Object.fromEntries(payloadKinds.map((kind) => [kind, program(kind)])) satisfies Programs;
