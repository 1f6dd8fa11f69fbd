/** What is asked on the command line. */
export interface DiffWish {
  questions: number;
  seed: number;
  json?: true;
}

export interface ReplayWish {
  bundle: string;
  /** 0: in the thread that reads. */
  threads?: number;
  json?: true;
}
