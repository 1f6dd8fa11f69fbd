/** What is asked on the command line. */
export interface DiffWish {
  questions: number;
  seed: number;
  json?: true;
}

export interface ReplayWish {
  bundle: string;
  json?: true;
}
