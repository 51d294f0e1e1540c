// Runs the programs of packages/examples/src/guide and keeps their events for the page's guide:
//   node dashboard/guide/record.mjs
// What comes of it, recordings.json, is part of the sources: a run is not the same twice, and the guide's texts speak of these.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readRecording, scenes, shows } from './recording.mjs';

const RUNS = 12;
const own = fileURLToPath(import.meta.url);
const [, , scene] = process.argv;

if (scene !== undefined) {
  process.stdout.write(JSON.stringify(await readRecording(scene)));
} else {
  const recordings = {};
  for (const name of Object.keys(scenes)) {
    // A run on a busy machine has more steps than the scene needs: the shortest one that has it all is kept.
    for (let run = 0; run < RUNS; run++) {
      const output = execFileSync(process.execPath, [own, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
      const recording = JSON.parse(output.slice(output.lastIndexOf('\n{"') + 1));
      const least = recordings[name]?.events.length ?? Number.POSITIVE_INFINITY;
      if (shows(name, recording.events) && recording.events.length < least) recordings[name] = recording;
    }
    if (recordings[name] === undefined) throw new Error(`no run of ${name} shows what it is about`);
    console.log(`${name}: ${recordings[name].events.length} events`);
  }
  writeFileSync(new URL('recordings.json', import.meta.url), `${JSON.stringify(recordings)}\n`);
}
