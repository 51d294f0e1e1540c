/** The page's frame: what it is about, whether it is live, and which view is shown. */
import { duration } from './format.ts';
import { type Live, useLive } from './live.ts';
import { LiveView } from './live-view.tsx';

const WORDS = {
  connecting: 'connecting',
  live: 'live',
  lost: 'no answer, trying again',
  ended: 'the program has ended',
} as const;

export function App() {
  const live = useLive();
  return (
    <>
      <Header live={live} />
      <main>{live.frame === null ? <Waiting live={live} /> : <LiveView live={live} frame={live.frame} />}</main>
    </>
  );
}

function Header({ live }: { live: Live }) {
  const { hello, connection, paused, frame } = live;
  const state = paused && connection === 'live' ? 'paused' : connection;
  return (
    <header class="top">
      <h1>
        <span class="mark" aria-hidden="true">
          G
        </span>
        {hello?.program ?? 'goroutines'}
      </h1>
      <p class="about">
        {hello !== null && (
          <>
            <span>process {hello.pid}</span>
            <span>Node {hello.node}</span>
            <span>{hello.platform}</span>
            <span class="number">{duration(frame?.uptime ?? 0)}</span>
          </>
        )}
      </p>
      <p class={`connection ${state}`} role="status">
        <span class="dot" aria-hidden="true" />
        {state === 'paused' ? 'paused' : WORDS[connection]}
      </p>
      <button type="button" aria-pressed={paused} disabled={connection === 'ended'} onClick={() => live.setPaused(!paused)}>
        {paused ? 'Go on' : 'Pause'}
      </button>
    </header>
  );
}

function Waiting({ live }: { live: Live }) {
  return <p class="empty">{live.connection === 'ended' ? 'The program has ended.' : 'Waiting for the first figures …'}</p>;
}
