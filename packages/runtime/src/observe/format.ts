/** What goroutines are doing, as text. Needs nothing of the runtime, so that a test helper can use it beside the bundle. */
import { createdByLines } from '../own-frames.ts';
import type { WaitReason } from '../scheduler/wait-reason.ts';
import type { Deadlock, DeadlockedGoroutine } from './deadlocks.ts';
import type { GoroutineInfo } from './goroutines.ts';

/** What is to be told of. */
interface Listed {
  goroutines: readonly GoroutineInfo[];
  deadlocks?: readonly Deadlock[];
  asyncWaits?: readonly WaitReason[];
}

const MOST_IDS = 10;

/** The text of a dump. Those that differ in nothing but their number stand together. */
export function formatGoroutines({ goroutines, deadlocks = [], asyncWaits = [] }: Listed): string {
  const groups = new Map<string, GoroutineInfo[]>();
  for (const info of goroutines) {
    const key = `${stateOf(info)}\n${info.name ?? ''}\n${linesOf(info).join('\n')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [info]);
    else group.push(info);
  }
  const paragraphs = [...groups.values()].map((group) => [headOf(group), ...linesOf(group[0]!)].join('\n'));
  for (const reason of new Set(asyncWaits)) {
    const count = asyncWaits.filter((other) => other === reason).length;
    paragraphs.push(`async code on the main thread [${reason}]${count === 1 ? '' : `, ${count} times`}`);
  }
  return [...paragraphs, ...deadlocks.map(formatDeadlock)].join('\n\n');
}

function headOf(group: readonly GoroutineInfo[]): string {
  const [first] = group as [GoroutineInfo];
  const ids = group.slice(0, MOST_IDS).map(({ id }) => id);
  const more = group.length - ids.length;
  const numbers = `${ids.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const times = group.flatMap(({ milliseconds }) => milliseconds ?? []);
  const since = times.length === 0 ? '' : `, ${durationOf(longest(times))}`;
  const name = first.name === undefined ? '' : ` '${first.name}'`;
  return `goroutine${group.length === 1 ? '' : 's'} ${numbers}${name} [${stateOf(first)}${since}]:`;
}

function longest(times: readonly number[]): number {
  return times.reduce((most, time) => Math.max(most, time), 0);
}

function stateOf({ status, waitsFor, thread }: GoroutineInfo): string {
  if (status === 'waiting') return waitsFor ?? 'waiting';
  if (thread === undefined) return 'not started';
  return status === 'running' ? `running on thread ${thread}` : status;
}

function linesOf({ stack, fn, name, createdBy }: GoroutineInfo): string[] {
  const frames = stack.length === 0 && fn !== undefined ? [fn] : stack;
  // Who has a name and no function was made by this package: of `proxy`, of `Chan.from`.
  const how = fn === undefined && name ? `created by ${name}()` : undefined;
  return [...frames.map((frame) => `    at ${frame}`), ...createdByLines(createdBy, how)];
}

function durationOf(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes} minute${minutes === 1 ? '' : 's'}`;
}

/** The text of a deadlock. */
function formatDeadlock({ goroutines, heldUp }: Deadlock): string {
  const ids = goroutines.map(({ id }) => id);
  const head = ids.length === 1 ? `deadlock of goroutine ${ids[0]}` : `deadlock among goroutines ${ids.join(', ')}`;
  const lines = goroutines.flatMap((goroutine) => [
    `    ${sentenceOf(goroutine)}`,
    ...goroutine.stack.map((frame) => `        at ${frame}`),
  ]);
  if (heldUp.length > 0) lines.push(`    held up by them: goroutine${heldUp.length === 1 ? '' : 's'} ${heldUp.join(', ')}`);
  return [`${head}:`, ...lines].join('\n');
}

function sentenceOf({ id, name, holds, waitsFor, heldBy, how }: DeadlockedGoroutine): string {
  const who = `goroutine ${id}${name === undefined ? '' : ` '${name}'`}`;
  const has = holds.length === 0 ? '' : ` holds ${holds.join(', ')} and`;
  const others = heldBy.map((other) => (other === id ? 'itself' : `goroutine ${other}`)).join(', ');
  const by = how === 'joined' ? '' : how === 'held' ? `, held by ${others}` : `, behind ${others}`;
  return `${who}${has} waits for ${waitsFor}${by}`;
}
