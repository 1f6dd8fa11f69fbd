/** One line of the numbers the product must reach: what was asked, what was found. */
export interface Verdict {
  what: string;
  target: string;
  found: string;
  verdict: 'met' | 'not met' | 'not measured' | 'measured elsewhere';
}
