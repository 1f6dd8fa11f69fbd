/** A worker ended before it had opened its doors; it has said why itself. */
export class WorkerFailed extends Error {
  readonly exitCode: number;

  constructor(seat: number, exitCode: number) {
    super(`worker ${seat} ended before it could answer`);
    this.name = 'WorkerFailed';
    this.exitCode = exitCode;
  }
}
