/** The page's frame: what it is about, whether it is live, and which view is shown. */
import { useEffect, useState } from 'preact/hooks';
import { duration } from './format.ts';
import { Guide } from './guide/guide.tsx';
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
  const isGuide = useHash() === '#guide';
  return (
    <>
      <Header live={live} isGuide={isGuide} />
      <main>
        {isGuide ? <Guide /> : live.frame === null ? <Waiting live={live} /> : <LiveView live={live} frame={live.frame} />}
      </main>
    </>
  );
}

/** Which view is shown stands in the address, so that Back works. */
function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return hash;
}

function Header({ live, isGuide }: { live: Live; isGuide: boolean }) {
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
      <nav class="views" aria-label="Views">
        <a href="#live" aria-current={isGuide ? undefined : 'page'}>
          Live
        </a>
        <a href="#guide" aria-current={isGuide ? 'page' : undefined}>
          Guide
        </a>
      </nav>
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
