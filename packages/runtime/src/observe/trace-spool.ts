/**
 * A trace's events on disk, as they stood in the rings, until the trace is written. Writing them out as text takes longer than
 * most of what they tell of took; writing them as they are costs a program that makes a million of them a second some percent.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { Cursor } from './event-merge.ts';
import type { Chunk } from './event-rings.ts';

export class Spool {
  private readonly file: string;
  private readonly descriptor: number;
  private size = 0;
  /** Where each machine's records are: offsets and lengths in bytes. */
  private readonly places = new Map<number, Array<[offset: number, length: number]>>();

  /** Throws what `fs.openSync` throws. */
  constructor(file: string) {
    this.file = file;
    this.descriptor = openSync(file, 'w+');
  }

  add({ machine, records }: Chunk): void {
    const bytes = new Uint8Array(records.buffer, records.byteOffset, records.byteLength);
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.descriptor, bytes, done, bytes.length - done, this.size + done);
    const places = this.places.get(machine);
    if (places === undefined) this.places.set(machine, [[this.size, bytes.length]]);
    else places.push([this.size, bytes.length]);
    this.size += bytes.length;
  }

  /** Goes through everything from the beginning, a piece of each machine in memory at a time. Nothing is added after that. */
  cursors(): Cursor[] {
    return [...this.places].map(([machine, places]) => {
      let next = 0;
      return new Cursor(machine, () => {
        const place = places[next++];
        if (place === undefined) return undefined;
        const [offset, length] = place;
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length; ) done += readSync(this.descriptor, bytes, done, length - done, offset + done);
        return new Int32Array(bytes.buffer);
      });
    });
  }

  remove(): void {
    closeSync(this.descriptor);
    rmSync(this.file, { force: true });
  }
}
