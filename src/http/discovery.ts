/**
 * GET /.well-known/authzen-configuration: only what exists. A missing search endpoint says that search is not offered.
 * @param publicUrl the base URL from configuration: never taken from the request, whose Host a caller chooses.
 */
export function makeDiscovery(publicUrl: string): () => object {
  const document = {
    policy_decision_point: publicUrl,
    access_evaluation_endpoint: `${publicUrl}/access/v1/evaluation`,
    access_evaluations_endpoint: `${publicUrl}/access/v1/evaluations`,
  };
  return () => document;
}
