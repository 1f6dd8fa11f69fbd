# METADATA
# title: The shared rules
# description: What every engine of the benchmark is asked, as OPA writes it; the mandates are given by who asks.
package peers.shared

allowed(ask, direct, _) if {
	ask.level >= ask.required
	some mandate in direct
	_holds(mandate, ask)
}

allowed(ask, _, chains) if {
	ask.level >= ask.required
	ask.accepts_chains
	some chain in chains
	some first in chain.first
	_holds(first, ask)
	some second in chain.second
	_holds(second, ask)
}

_holds(mandate, ask) if {
	mandate.status == "active"
	mandate.from <= ask.now
	ask.now < mandate.until
	mandate.level >= ask.required
	_covers(mandate.all_services, mandate.services, ask.service)
	_covers(mandate.all_operations, mandate.operations, ask.operation)
	_branch(mandate, ask)
}

_covers(true, _, _)

_covers(false, list, one) if one in list

_branch(mandate, _) if mandate.all_branches

_branch(mandate, ask) if {
	ask.accepts_branches
	ask.branch in mandate.branches
}
