/** The guide's scenes: what each is about. */
import type { Recording } from './model.ts';
import recordings from './recordings.json' with { type: 'json' };

export interface SceneText {
  id: keyof typeof recordings;
  title: string;
  text: string;
  recording: Recording;
}

const recordingOf = (id: keyof typeof recordings): Recording => recordings[id] as unknown as Recording;

export const SCENES: readonly SceneText[] = [
  {
    id: 'asynchronous-call',
    title: 'An asynchronous call',
    text: 'The reader asks for a file and waits for a promise. It moves to the poller, its thread keeps the processor and runs the counter; when the file is there, the reader stands in line again.',
    recording: recordingOf('asynchronous-call'),
  },
  {
    id: 'synchronous-call',
    title: 'A synchronous call, and the hand-off',
    text: 'The caller waits in execFileSync, and its thread with it. The monitor takes the processor away and hands it to another thread, which takes the goroutines that are queued and runs them. When the call is over, the first thread finds its processor gone.',
    recording: recordingOf('synchronous-call'),
  },
  {
    id: 'work-stealing',
    title: 'Work stealing',
    text: 'Eight goroutines stand in one queue. The other thread has an empty one: it takes half of what it finds, and half of the rest when it is done.',
    recording: recordingOf('work-stealing'),
  },
  {
    id: 'scheduling-points',
    title: 'The four scheduling points',
    text: 'Where the scheduler comes in: the go statement, a wait for another goroutine, a call into the system, and garbage collection.',
    recording: recordingOf('scheduling-points'),
  },
];
