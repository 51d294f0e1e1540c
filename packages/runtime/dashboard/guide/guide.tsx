/** Runs of four small programs, step by step. */
import { useEffect, useState } from 'preact/hooks';
import { milliseconds } from '../format.ts';
import { captionOf, namesOf } from './captions.ts';
import { Diagram } from './diagram.tsx';
import { after, firstScene, type Scene } from './model.ts';
import { SCENES, type SceneText } from './scenes.ts';

const STEP_MILLISECONDS = 1600;

export function Guide() {
  const [chosen, setChosen] = useState(0);
  return (
    <div class="view guide">
      <nav class="scenes" aria-label="Scenes">
        {SCENES.map(({ id, title }, index) => (
          <button key={id} type="button" aria-pressed={index === chosen} onClick={() => setChosen(index)}>
            {title}
          </button>
        ))}
      </nav>
      <Replay key={chosen} scene={SCENES[chosen]!} />
    </div>
  );
}

function Replay({ scene }: { scene: SceneText }) {
  const { events } = scene.recording;
  const [scenes] = useState(() => scenesOf(scene));
  const [names] = useState(() => namesOf(events));
  const [step, setStep] = useState(0);
  const [runs, setRuns] = useState(false);
  const last = events.length;
  const go = (to: number) => setStep(Math.max(0, Math.min(last, to)));

  useEffect(() => {
    if (!runs) return;
    if (step === last) {
      setRuns(false);
      return;
    }
    const timer = setTimeout(() => go(step + 1), STEP_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [runs, step]);

  useEffect(() => {
    const pressed = ({ key, target }: KeyboardEvent) => {
      if (target instanceof HTMLInputElement) return; // The slider has these keys itself.
      if (key === 'ArrowRight') setStep((now) => Math.min(last, now + 1));
      else if (key === 'ArrowLeft') setStep((now) => Math.max(0, now - 1));
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);

  const event = events[step - 1];
  return (
    <section class="panel replay">
      <h2>{scene.title}</h2>
      <p class="about-scene">{scene.text}</p>
      <Diagram scene={scenes[step]!} names={names} />
      <p class="caption" aria-live="polite" data-test="caption">
        {event === undefined ? 'Nothing has begun. Next shows the first step.' : captionOf(event, names)}
      </p>
      <div class="controls">
        <button type="button" disabled={step === 0} onClick={() => go(step - 1)}>
          ← Back
        </button>
        <button type="button" class="next" disabled={step === last} onClick={() => go(step + 1)}>
          Next →
        </button>
        <button
          type="button"
          aria-pressed={runs}
          onClick={() => {
            if (step === last) go(0);
            setRuns(!runs);
          }}
        >
          {runs ? 'Hold' : 'Play'}
        </button>
        <input
          type="range"
          min={0}
          max={last}
          value={step}
          aria-label="Step"
          onInput={(input) => go(Number(input.currentTarget.value))}
        />
        <span class="number step" data-test="step">
          {step} of {last}
        </span>
        <span class="number quiet time">{event === undefined ? '' : `after ${milliseconds(event.time)}`}</span>
      </div>
      <p class="quiet source">
        Recorded from <code>npm start -- guide/{scene.id}</code>. P: the right to run goroutines. M: a thread. G: a goroutine.
      </p>
    </section>
  );
}

function scenesOf({ recording }: SceneText): Scene[] {
  const scenes = [firstScene(recording)];
  for (const event of recording.events) scenes.push(after(scenes.at(-1)!, event));
  return scenes;
}
