// A failure whose message is all that the user needs: it is printed without a stack. An empty message means that a
// tool has already said what is wrong.

export class TaskError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
