/** `node start.mjs FILE PROGRAM`: runs one of the programs that a file exports (`.mjs` unless it says otherwise). Nothing here waits for it. */
const [, , file, program] = process.argv;
const { programs } = await import(file.includes('.') ? `./${file}` : `./${file}.mjs`);
programs[program]();
