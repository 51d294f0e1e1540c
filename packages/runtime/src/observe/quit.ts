/** SIGQUIT, as Go takes it: writes what every goroutine is doing, and ends the process with code 2. */
import { writeSync } from 'node:fs';

const EXIT_CODE = 2;
const ERROR_OUTPUT = 2;

/** From now on, unless the program listens for itself. Returns what takes it back. `dump` gives the text. */
export function dumpOnQuit(dump: () => Promise<string>): () => void {
  if (process.platform === 'win32' || process.listenerCount('SIGQUIT') > 0) return () => undefined;
  const quit = (): void => {
    if (process.listenerCount('SIGQUIT') > 1) return; // The program listens for itself by now.
    void dump().then((text) => {
      writeSync(ERROR_OUTPUT, `SIGQUIT: quit\n\n${text}\n`);
      process.exit(EXIT_CODE);
    });
  };
  process.on('SIGQUIT', quit);
  return () => void process.off('SIGQUIT', quit);
}
