import { go, runtime } from 'goroutines';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converse, endsAtAnyMoment, kinds, leavesRoomForTimers, messages } from './patience.mjs';

for (const procs of [2, 3]) {
  describe(`two goroutines that answer each other, procs ${procs}`, () => {
    beforeAll(async () => {
      runtime.configure({ procs });
      await go(() => undefined);
    });
    afterAll(() => runtime.shutdown());

    for (const kind of Object.keys(kinds)) {
      it.each([0, 1, 16])(`lose no ${kind}, capacity %i`, (capacity) => converse(kind, capacity));
    }

    it.each([0, 1, 16])('are not parked for each message, capacity %i', async (capacity) => {
      // Both wait for each message. Where threads are kept from running, that takes longer than one looks.
      await expect.poll(() => converse('number', capacity), { timeout: 50_000 }).toBeLessThan(messages);
    });

    it.each([0, 1, 16])('leave room for timers, capacity %i', (capacity) => leavesRoomForTimers(capacity));

    it.each([0, 2])('end at any moment, capacity %i', (capacity) => endsAtAnyMoment(capacity, 30));
  });
}
