import type { CodedTerms, Limits, Period } from './codec-mandate.ts';
import type { MandateRow } from './rows.ts';

/** A mandate as a rebuild reads it, before anything else is made of it: ids are 16 bytes. Good until another is read. */
export interface Grant {
  represented: Buffer;
  delegate: Buffer;
  id: Buffer;
  terms: Terms;
  secondLink: boolean;
  /** Not limited to cases: it stands under some scope, and its pair is told by `BulkLoad.pair`. */
  paired: boolean;
}

/** Mandates limited to cases, joint ones and those passed on come as rows of their view. */
export type Terms = PlainTerms | { row: MandateRow };

export interface PlainTerms {
  coded: CodedTerms;
  period: Period;
  limits: Limits;
  services: Buffer[];
  sets: { set: string; version: number }[];
  owner: Buffer | undefined;
  everything: boolean;
}
