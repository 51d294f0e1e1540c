/** Steals, hand-offs and the like, as they happen; the newest first. */
import type { Happening, HappeningKind } from '../src/dashboard/frame.ts';
import { timeOfDay } from './format.ts';
import { Scroll } from './scroll.tsx';

const SIGNS: Record<HappeningKind, string> = { steal: '⇄', 'hand-off': '⇥', blocking: '■', processor: '↷', thread: '＋' };

export function Happenings({ happenings }: { happenings: readonly Happening[] }) {
  return (
    <section class="panel log">
      <h2>Steals and hand-offs</h2>
      <Scroll label="Steals and hand-offs, the newest first" kind="happenings">
        <ol>
          {happenings.map(({ number, at, kind, text }) => (
            <li key={number} class={`kind-${kind}`} data-test={`happening ${kind}`}>
              <span class="sign" title={kind} aria-hidden="true">
                {SIGNS[kind]}
              </span>
              <time class="number">{timeOfDay(at)}</time> <span>{text}</span>
            </li>
          ))}
          {happenings.length === 0 && <li class="quiet">Nothing yet.</li>}
        </ol>
      </Scroll>
    </section>
  );
}
