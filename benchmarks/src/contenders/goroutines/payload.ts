import { type Chan, chan } from 'goroutines';
import { since } from '../../harness/clock.ts';
import type { Programs } from '../../harness/protocol.ts';
import { makePayload, type Payload, type PayloadKind, payloadKinds, weigh } from '../../work/payloads.ts';
import { program } from './program.ts';
import { type Meeting, meet, onTwoThreads } from './two-threads.ts';

function* produce(payloads: Chan<Payload>, kind: PayloadKind, size: number, meeting: Meeting) {
  if (!meet(meeting)) return;
  for (let index = 0; index < size; index++) yield* payloads.send(makePayload(kind, index));
}

function* consume(payloads: Chan<Payload>, _kind: PayloadKind, size: number, meeting: Meeting) {
  if (!meet(meeting)) return undefined;
  const start = performance.now();
  let sum = 0;
  for (let count = 0; count < size; count++) sum += weigh((yield* payloads.recv())!);
  return { nanoseconds: since(start), result: sum };
}

export default Object.fromEntries(
  payloadKinds.map((kind) => [kind, program((size) => onTwoThreads(consume, produce, chan<Payload>(128), kind, size))]),
) satisfies Programs;
