/** What the server sends, and what the page remembers of it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Frame, Happening, Hello } from '../src/dashboard/frame.ts';
import { History } from './history.ts';

export type Connection = 'connecting' | 'live' | 'lost' | 'ended';

export interface Live {
  hello: Hello | null;
  frame: Frame | null;
  history: History;
  /** The newest first. */
  happenings: readonly Happening[];
  connection: Connection;
  paused: boolean;
  setPaused(paused: boolean): void;
}

const KEPT_HAPPENINGS = 200;
/** A program that does not answer for so long has ended: its process takes the server along. */
const ENDED_MILLISECONDS = 6000;

export function useLive(): Live {
  const [, refresh] = useState(0);
  const [paused, setPaused] = useState(false);
  const state = useRef({
    hello: null as Hello | null,
    frame: null as Frame | null,
    history: new History(),
    happenings: [] as Happening[],
    connection: 'connecting' as Connection,
  }).current;
  const isPaused = useRef(false);
  isPaused.current = paused;

  useEffect(() => {
    const source = new EventSource('events');
    const changed = () => refresh((version) => version + 1);
    let lostAt = 0;
    const become = (connection: Connection) => {
      state.connection = connection;
      changed();
    };
    source.addEventListener('hello', (event) => {
      const hello = JSON.parse(event.data) as Hello;
      // Another process has taken the port: nothing of what is shown belongs to it.
      if (state.hello !== null && state.hello.pid !== hello.pid) {
        state.history = new History();
        state.happenings = [];
      }
      state.hello = hello;
      lostAt = 0;
      become('live');
    });
    source.addEventListener('frame', (event) => {
      const frame = JSON.parse(event.data) as Frame;
      const last = state.happenings[0]?.number ?? 0;
      // After a reconnection all are told once more.
      const fresh = frame.happenings.filter(({ number }) => number > last).reverse();
      state.happenings = [...fresh, ...state.happenings].slice(0, KEPT_HAPPENINGS);
      state.history.add(frame);
      if (!isPaused.current) state.frame = frame;
      if (state.connection !== 'live') state.connection = 'live';
      if (!isPaused.current) changed();
    });
    source.addEventListener('end', () => {
      source.close();
      become('ended');
    });
    source.addEventListener('error', () => {
      lostAt ||= Date.now();
      if (source.readyState === EventSource.CLOSED || Date.now() - lostAt > ENDED_MILLISECONDS) {
        source.close();
        become('ended');
      } else {
        become('lost');
      }
    });
    return () => source.close();
  }, []);

  return { ...state, paused, setPaused };
}
