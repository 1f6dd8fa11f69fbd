/**
 * GET /.well-known/authzen-configuration: only what exists. A missing search endpoint says that search is not offered.
 * @param publicUrl the base URL from configuration: never taken from the request, whose Host a caller chooses.
 */
export function makeDiscovery(publicUrl: string, isSearchOffered: () => boolean): () => object {
  return () => ({
    policy_decision_point: publicUrl,
    access_evaluation_endpoint: `${publicUrl}/access/v1/evaluation`,
    access_evaluations_endpoint: `${publicUrl}/access/v1/evaluations`,
    ...(isSearchOffered() && {
      search_subject_endpoint: `${publicUrl}/access/v1/search/subject`,
      search_resource_endpoint: `${publicUrl}/access/v1/search/resource`,
      search_action_endpoint: `${publicUrl}/access/v1/search/action`,
    }),
  });
}

const WELL_KNOWN = '/.well-known/authzen-configuration';

/** AuthZEN puts the path of the base URL behind the well-known one; some proxies have taken it off by then. */
export function wellKnownPaths(publicUrl: string): string[] {
  const { pathname } = new URL(publicUrl);
  return pathname === '/' ? [WELL_KNOWN] : [WELL_KNOWN, WELL_KNOWN + pathname];
}
