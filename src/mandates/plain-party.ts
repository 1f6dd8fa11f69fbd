/** A party of which no more is known: no state, no other number. Both numbers are eight digits; a date is yyyymmdd. */
export interface PlainParty {
  isPerson: boolean;
  hasBranches: boolean;
  kvk: number | undefined;
  birthDate: number | undefined;
}
