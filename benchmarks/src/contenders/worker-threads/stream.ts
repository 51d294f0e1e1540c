// A stream of values over a MessagePort with at most 128 in flight: the consumer, a worker, acknowledges every 64.
// A port itself knows no limit: without this its queue would hold the whole stream.

import type { Worker } from 'node:worker_threads';
import { parentPort } from 'node:worker_threads';

const capacity = 128;
const batch = 64;

type Message<T> = { open: number } | { value: T };

/** Sends `size` values to the worker and gives the sum that it has made of them. */
export function produce<T>(worker: Worker, size: number, make: (index: number) => T): Promise<number> {
  return new Promise((resolve) => {
    let sent = 0;
    let room = capacity;
    const sendSome = () => {
      for (; room > 0 && sent < size; room--) worker.postMessage({ value: make(sent++) } satisfies Message<T>);
    };
    const onAnswer = (answer: { room: number } | { sum: number }) => {
      if ('sum' in answer) {
        worker.off('message', onAnswer);
        resolve(answer.sum);
      } else {
        room += answer.room;
        sendSome();
      }
    };
    worker.on('message', onAnswer);
    worker.postMessage({ open: size } satisfies Message<T>);
    sendSome();
  });
}

/** The worker's end: adds up what the values weigh. */
export function consume<T>(weigh: (value: T) => number): void {
  let size = 0;
  let count = 0;
  let sum = 0;
  parentPort!.on('message', (message: Message<T>) => {
    if ('open' in message) {
      size = message.open;
      count = sum = 0;
      return;
    }
    sum += weigh(message.value);
    if (++count === size) parentPort!.postMessage({ sum });
    else if (count % batch === 0) parentPort!.postMessage({ room: batch });
  });
}
