/** Who calls the sidecar, as configured; never taken from the request body. */
export interface Caller {
  name: string;
  /** Service owners (`ServiceFacts.owner`) about whose services it may ask. */
  owners: 'all' | readonly string[];
  rights: {
    /** May search (who may act for whom), not only ask about one act. */
    search: boolean;
    /** May name persons by BSN. */
    bsn: boolean;
    /** Sees reasons that betray bankruptcy, death, curatele or bewind; without it they read `not_entitled`. */
    details: boolean;
  };
}
