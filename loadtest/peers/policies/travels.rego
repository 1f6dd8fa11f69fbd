# METADATA
# title: The shared rules on mandates that travel with the question
package peers.travels

import data.peers.shared

default allow := false

allow if shared.allowed(input.ask, input.direct, input.chains)
