# METADATA
# title: The shared rules on mandates that travel with the question
# description: For the class of engines that hold no data.
package authz

import data.peers.shared

# METADATA
# title: The answer
# entrypoint: true
decision := {"decision": permitted}

default permitted := false

permitted if shared.allowed(input.context.ask, input.context.direct, input.context.chains)
