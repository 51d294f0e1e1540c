// The values that cross threads, and what each of them weighs: the sum of the weights proves that all arrived whole.

export const payloadKinds = ['object', 'string-10', 'string-64', 'string-256'] as const;
export type PayloadKind = (typeof payloadKinds)[number];

export interface User {
  id: number;
  name: string;
  tags: string[];
  at: { x: number; y: number };
}
export type Payload = User | string;

export function makePayload(kind: PayloadKind, index: number): Payload {
  if (kind === 'object') {
    return { id: index, name: `user ${index % 10}`, tags: ['reader', 'writer'], at: { x: index + 0.5, y: 1 } };
  }
  texts[kind] ??= makeTexts(Number(kind.slice('string-'.length)));
  return texts[kind][index % texts[kind].length]!;
}

/** A thousand different flat strings for each kind: making one must not be part of what is measured. */
const texts: Partial<Record<PayloadKind, string[]>> = {};

function makeTexts(length: number): string[] {
  return Array.from({ length: 1_000 }, (_, index) => Buffer.alloc(length, `${index} `).toString('latin1'));
}

export function weigh(payload: Payload): number {
  if (typeof payload === 'string') return payload.length + payload.charCodeAt(payload.length - 1);
  return payload.id + payload.name.length + payload.tags.length + payload.at.x + payload.at.y;
}

export function expectedWeight(kind: PayloadKind, size: number): number {
  let sum = 0;
  for (let index = 0; index < size; index++) sum += weigh(makePayload(kind, index));
  return sum;
}
