# METADATA
# title: The rules of machtig on mandates that OPA holds
# description: Puts together from the data, by key, what the sidecar gathers from its cache; then asks the same rules.
package peers.own

import data.register

decision := verdict if verdict := data.authz.decision with input as _gathered

_gathered := {
	"now": input.now,
	"request": object.filter(input, {"loa", "branch", "operation"}),
	"actor": object.union({"loa": input.loa}, _party(input.actor)),
	"represented": object.union(_party(input.represented), _branch),
	"together": [],
	"services": [{"service": register.services[input.service], "direct": _direct, "chains": _chains}],
	"via_needed": false,
}

_party(name) := {"party": register.parties[name]} if register.parties[name]

else := {}

_branch := {"branch_registered": true} if register.branches[input.represented][input.branch]

else := {"branch_registered": false} if input.branch

else := {}

_direct := _selected(object.get(register.mandates, [input.represented, input.actor], []))

_chains := [{"intermediary": register.parties[organisation], "first": first, "second": second} |
	some organisation, found in register.held[input.actor]
	first := _selected(register.mandates[input.represented][organisation])
	first != []
	second := _selected(found)
	second != []
]

_selected(mandates) := [one.facts |
	some one in mandates
	_covers(one.services)
]

_covers("all")

_covers(services) if services[input.service]
