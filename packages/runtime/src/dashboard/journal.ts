/** What has happened, a line each: the difference that two looks make. Only the last ones are kept. */
import type { Snapshot } from '../observe/snapshot.ts';
import type { Stats } from '../observe/stats.ts';
import type { Happening, HappeningKind } from './frame.ts';

const KEPT = 200;
const GOROUTINES = (count: number): string => `${count} goroutine${count === 1 ? '' : 's'}`;

export class Journal {
  private readonly kept: Happening[] = [];
  private next = 1;
  private before: { stats: Stats; holders: Map<number, number | undefined>; machines: Set<number> } | null = null;

  look(stats: Stats, { machines, processors }: Snapshot): void {
    const { before } = this;
    const holders = new Map(processors.map(({ id, machine }) => [id, machine]));
    this.before = { stats, holders, machines: new Set(machines.map(({ id }) => id)) };
    if (before === null) return;
    stats.machines.forEach((now, number) => {
      const last = before.stats.machines[number];
      if (last === undefined) return;
      const stolen = now.stolen - last.stolen;
      const times = now.steals - last.steals;
      if (times > 0)
        this.note('steal', number, `M${number} stole ${GOROUTINES(stolen)}${times > 1 ? ` in ${times} steals` : ''}`);
      const calls = now.blockingCalls - last.blockingCalls;
      if (calls > 0) this.note('blocking', number, `M${number} ran ${calls} blocking call${calls === 1 ? '' : 's'}`);
    });
    const handoffs = stats.handoffs - before.stats.handoffs;
    if (handoffs > 0)
      this.note('hand-off', null, `the monitor handed on ${handoffs === 1 ? 'a processor' : `${handoffs} processors`}`);
    for (const [number, holder] of holders) {
      const last = before.holders.get(number);
      if (last === undefined || holder === undefined || last === holder) continue;
      this.note('processor', holder, `P${number} went from M${last} to M${holder}`);
    }
    for (const { id } of machines) if (!before.machines.has(id)) this.note('thread', id, `M${id} has started`);
    for (const number of before.machines) {
      if (!this.before.machines.has(number)) this.note('thread', number, `M${number} has ended`);
    }
  }

  after(number: number): Happening[] {
    return this.kept.filter((happening) => happening.number > number);
  }

  private note(kind: HappeningKind, machine: number | null, text: string): void {
    this.kept.push({ number: this.next++, at: Date.now(), kind, machine, text });
    if (this.kept.length > KEPT) this.kept.shift();
  }
}
