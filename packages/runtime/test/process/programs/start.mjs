/** `node start.mjs FILE PROGRAM`: runs one of the programs that a file exports. Nothing here waits for it. */
const [, , file, program] = process.argv;
const { programs } = await import(`./${file}.mjs`);
programs[program]();
