// A worker that runs the other end of a program: the file that starts it is the file that it runs.
import { Worker } from 'node:worker_threads';

export interface Partner {
  /** The worker of the running sample; there from `start` to `stop`. */
  readonly port: Worker;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function partner(file: string, workerData?: unknown): Partner {
  let worker: Worker | undefined;
  return {
    get port() {
      return worker!;
    },
    start() {
      worker = new Worker(new URL(file), { workerData });
      return new Promise((resolve) => worker!.once('online', resolve));
    },
    async stop() {
      await worker!.terminate();
    },
  };
}

/** The next message that comes in. */
export function nextMessage<T>(worker: Worker): Promise<T> {
  return new Promise((resolve) => worker.once('message', resolve));
}
