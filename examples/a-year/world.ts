/** Who logs in: a person of the example register, or a system by its key there. */
export interface Login {
  as: string;
  /** Level of the login; of systems none. */
  loa: string;
}

/** Where the story is played: a running register with its admin API and a sidecar. */
export interface World {
  /** Address of the admin API. */
  admin: string;
  /** Address of the sidecar. */
  sidecar: string;
  /** A bearer token as this person or system would have it. */
  token(login: Login): Promise<string>;
  /** Runs an operator's command, such as `machtig audit verify`, and answers what it printed. */
  machtig(...args: string[]): Promise<string>;
}
