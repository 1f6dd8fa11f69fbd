import core from '@stoplight/spectral-core';
import parsers from '@stoplight/spectral-parsers';
import { apiDesignRules } from './api-design-rules.ts';

/** What a rule finds in a description: the rule, where, and its message. */
export interface Finding {
  rule: string;
  at: string;
  message: string;
}

/** Judges an OpenAPI document (as JSON text) by the NL API Design Rules. Errors and warnings alike are findings. */
export async function lintApi(text: string): Promise<Finding[]> {
  const spectral = new core.Spectral();
  spectral.setRuleset(new core.Ruleset(apiDesignRules, { severity: 'recommended' }));
  const results = await spectral.run(new core.Document(text, parsers.Json, 'openapi.json'));
  return results.map(({ code, path, message }) => ({ rule: String(code), at: path.join('/'), message }));
}
