// Values that must be copied from thread to thread.
import type { Row, Suite } from '../harness/suite.ts';
import { expectedWeight, type PayloadKind, payloadKinds } from '../work/payloads.ts';

const titles: Record<PayloadKind, string> = {
  object: 'small objects',
  'string-10': 'strings of 10 characters',
  'string-64': 'strings of 64 characters',
  'string-256': 'strings of 256 characters',
};

export const payload: Suite = {
  name: 'payload',
  title: 'Objects and strings across threads',
  work:
    'A producer on one thread sends values on a channel of capacity 128, a consumer on another adds up their weights ' +
    '(an object: its id and the sizes of its parts; a string: its length and a character). Go takes no part: between ' +
    'its threads nothing is copied.',
  rows: payloadKinds.map(
    (kind): Row => ({
      name: kind,
      title: `${titles[kind]}, two threads`,
      operation: 'message',
      threads: 2,
      size: 50_000,
      expected: (size) => expectedWeight(kind, size),
      contenders: {
        goroutines: {},
        'worker-threads': { note: 'at most 128 in flight: the consumer acknowledges every 64' },
      },
    }),
  ),
};
