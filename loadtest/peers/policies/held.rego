# METADATA
# title: The shared rules on mandates that OPA holds, found by key
package peers.held

import data.peers.shared
import data.register

default allow := false

allow if shared.allowed(_ask, _direct, _chains)

_service := register.services[input.service]

_ask := object.union(input, {
	"required": _service.level,
	"accepts_chains": _service.chains,
	"accepts_branches": _service.branches,
})

default _direct := []

_direct := register.direct[input.represented][input.actor]

_chains := [{"first": first, "second": second} |
	some organisation, second in register.serves[input.actor]
	first := register.first[input.represented][organisation]
]
