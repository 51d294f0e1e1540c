/** What goes wrong while something else goes wrong, or is being told. */
import { expect, it } from 'vitest';
import { runProgram } from '../helpers/child.ts';

it.each([
  ['timersOfTheLastRuntime', 'shut down\ntrue 200\n'],
  ['goroutinesOfTheLastRuntime', 'shut down\nRuntimeStateError 1\n2\n'],
  ['yields', 'RuntimeStateError\n'],
  ['hugeError', 'ArenaExhaustedError\nand goes on\n'],
  ['abortsWithoutMemory', 'ArenaExhaustedError true\n'],
  ['answersThatCannotBeSent', 'DataCloneError\n3\n'],
  ['streamsOfWhatCannotBeMade', 'toReadable CaptureError CanceledError\ntoReadableStream CaptureError CanceledError\n'],
  ['startedTwice', '7\n1 1 1\n'],
  ['resultsAreTheJoiners', 'MessagePort\n'],
  ['sentAwayWithWhatCannotBeMade', 'true\nCaptureError false\n'],
  ['argumentsThatCannotBeMade', 'CaptureError\n3\n7\n'],
  ['droppedBeforeItArrived', 'DataCloneError\nclosed\n'],
  ['openedForNobody', 'DataCloneError\nclosed\n'],
  ['stopBeforeValuesCanBeMade', "Set(1) { 'rejected RuntimeStateError' }\n"],
  ['objectsOfTheLastRuntime', `shut down\ntrue true\n${'RuntimeStateError\n'.repeat(6)}100 true 1 false\n`],
  ['sourceWithoutMemory', 'ArenaExhaustedError false true\n'],
])('%s', async (program, stdout) => {
  expect(await runProgram('failures', program)).toEqual({ code: 0, stdout, stderr: '' });
});
