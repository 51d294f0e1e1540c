/** The guide: what is recorded, and what is shown of it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { captionOf, namesOf } from '../../dashboard/guide/captions.ts';
import { after, firstScene, type Recording, type Scene } from '../../dashboard/guide/model.ts';
import { scenes, shows } from '../../dashboard/guide/recording.mjs';

const recordings = JSON.parse(readFileSync(new URL('../../dashboard/guide/recordings.json', import.meta.url), 'utf8')) as Record<
  string,
  Recording
>;

describe.each(Object.keys(scenes))('%s', (name) => {
  const recording = recordings[name]!;
  const { events } = recording;

  it('shows what it is about', () => {
    expect(shows(name, events)).toBe(true);
  });

  it('has each goroutine in one place at a time, and each processor with one thread', () => {
    const all = [firstScene(recording)];
    for (const event of events) all.push(after(all.at(-1)!, event));
    const known = new Set([1]);
    for (const [index, scene] of all.entries()) {
      const event = events[index - 1];
      if (event?.kind === 'create') known.add(event.goroutine);
      expect(goroutinesOf(scene).sort((a, b) => a - b)).toEqual([...known].sort((a, b) => a - b));
      const held = [...scene.machines.flatMap(({ processor }) => processor ?? []), ...scene.idle];
      expect(new Set(held).size).toBe(held.length);
      // Who has a turn has a processor, but on the main thread and where it was taken away.
      for (const { id, running, processor, heldUp } of scene.machines) {
        if (id > 0 && running !== null && !heldUp) expect(processor).not.toBe(null);
      }
    }
    // All have ended.
    expect(all.at(-1)!.done.sort((a, b) => a - b)).toEqual([...known].sort((a, b) => a - b));
  });

  it('has a sentence for each step', () => {
    const names = namesOf(events);
    for (const event of events) expect(captionOf(event, names)).toMatch(/^[A-Zg].{10,}\.$/);
  });
});

function goroutinesOf({ machines, poller, waiting, done }: Scene): number[] {
  return [
    ...machines.flatMap(({ running, queue, ready }) => [...(running === null ? [] : [running]), ...queue, ...ready]),
    ...poller,
    ...waiting.map(({ goroutine }) => goroutine),
    ...done,
  ];
}
