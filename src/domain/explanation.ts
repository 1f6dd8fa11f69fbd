import type { Basis, Verdict } from './evaluation.ts';

/** What a rule's METADATA says of it, in a lawyer's words; by `package.rule` in a bundle's `rules.json`. */
export interface RuleNote {
  title: string;
  description: string;
  /** `R46`, … as the description cites them. */
  requirements: string[];
  /** Norms that it follows (METADATA `related_resources`). */
  links: { ref: string; description?: string }[];
  /** Source file, relative to the folder of the policy. */
  file: string;
  /** Codes that its failing gives, each with its meaning. */
  reasons: Record<string, string>;
}

/** One rule, asked of the question, of a path or of one mandate on it. */
export interface RuleVerdict {
  /** `package.rule`, a key of `rules.json`: `authz.validity.started`. */
  rule: string;
  holds: boolean;
  /** Codes that its failing gives here; none when it holds. */
  reasons: string[];
  /** The mandate of which it was asked; absent: the question or the path as a whole. */
  mandate?: string;
}

export interface ExplainedPath {
  service_id: string;
  basis: Basis | 'none';
  /** Ids, from the represented to the actor, a parent before its onward mandate. */
  mandates: string[];
  /** `party_id` of the intermediary. */
  intermediary?: string;
  holds: boolean;
  reasons: string[];
  rules: RuleVerdict[];
}

/** What the entrypoint `authz/explain` answers: every candidate path with every rule's verdict. */
export interface Explained {
  /** The same as `authz/decision` says of the same input. */
  allow: boolean;
  reasons: string[];
  /** Rules about the question itself. */
  question: RuleVerdict[];
  paths: ExplainedPath[];
}

/** One thing that, changed alone, gives the other answer; found by asking the policy again. */
export interface NearMiss {
  change: 'loa' | 'branch' | 'operation' | 'via' | 'case' | 'moment' | 'mandate' | 'together';
  /** What it was in the question or the mandate; null: nothing was said. */
  from: string | null;
  /** What it would have to be: a level, a branch, an ISO moment, a status, … */
  to: string;
  /** The mandate that would have to be another. */
  mandate?: string;
  /** One sentence for people. */
  says: string;
}

/** Everything there is to say about one question: never an authority to act, and recorded as no decision. */
export interface Explanation {
  /** The moment for which it holds, milliseconds since 1970. */
  at: number;
  /** What the policy answers at that moment on the facts of now: `allow` if that is now, else `would_allow`. */
  allow?: boolean;
  would_allow?: boolean;
  verdict: Omit<Verdict, 'allow'>;
  question: RuleVerdict[];
  paths: ExplainedPath[];
  nearest: NearMiss[];
  /** Notes of the rules that occur in `question` and `paths`. */
  rules: Record<string, RuleNote>;
  policy_revision: string;
  data_revision: string;
  data_age_ms: number;
}
