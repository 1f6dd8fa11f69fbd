# METADATA
# title: By which path
# description: |
#   A path is a way in which the actor may represent: himself, by one mandate, or by a chain of two (R1, R2, R107).
#   An allow reports the first that holds, a denial the one with the fewest failed rules.
# schemas:
#   - input: schema.input
package authz.path

import data.authz.chain
import data.authz.link
import data.authz.service as services
import data.authz.state
import data.services as conditions

# METADATA
# title: The actor acts for himself
is_self(question) if question.actor.party.party_id == question.represented.party.party_id

# METADATA
# title: The mandate may be used without an intermediary
# description: An employee mandate for clients only is none for the employer's own affairs (R107).
# custom:
#   reasons:
#     no_mandate: Nothing was found by which the actor could act for the represented.
direct(mandate) if {
	data.tables.direct_basis[mandate.kind]
	not mandate.reach == "clients"
}

# METADATA
# title: The actor may act as himself
# description: Who names an intermediary asks for chains through it only (R107).
# custom:
#   reasons:
#     no_mandate: Nothing was found by which the actor could act for the represented.
as_himself(question) if {
	not question.via
	is_self(question)
}

# METADATA
# title: A mandate to the actor may count
# description: Who acts for himself needs none, and gets round nothing by one (R33, R118).
# custom:
#   reasons:
#     no_mandate: Nothing was found by which the actor could act for the represented.
by_one_mandate(question) if {
	not question.via
	not is_self(question)
}

# METADATA
# title: The owner of a sole proprietorship may act
# description: |
#   In law he and his firm are one: what stops him from acting for himself stops him from acting for it (R118).
# scope: document
# custom:
#   reasons:
#     represented_deceased: He has died.
#     represented_bankrupt: He is bankrupt, and acts for himself or his own firm.
#     represented_in_wsnp: He is in debt rescheduling (WSNP), and acts for himself or his own firm.
#     represented_under_curatele: He is under curatele, and acts for himself or his own firm.
#     represented_under_bewind: His assets are under bewind, and he acts for himself or his own firm.
owner_may_act(mandate, _) if not mandate.ground == "owner"

owner_may_act(_, service) if state.stopping_self(input.actor.party, service) == set()

# METADATA
# title: The path that an allow reports
# description: |
#   The first that holds, in the order self, direct, chain; among direct ones statutory and appointed first. For himself
#   nobody acts but as himself: what stops him is not got round by way of his own mandates (R33, R118).
# scope: document
holding(asked, required) := _self if _holds_himself(asked.service)

else := found if {
	asked.direct
	found := _first(_holding_direct(asked, required))
}

else := found if {
	asked.chains
	services.accepts_chains(asked.service)
	found := _first(_holding_chains(asked, required))
}

_holds_himself(service) if {
	as_himself(input)
	state.stopping_self(input.represented.party, service) == set()
	conditions.objections(service, _self) == set()
}

_holding_direct(asked, required) := [path |
	by_one_mandate(input)
	some mandate in asked.direct
	direct(mandate)
	owner_may_act(mandate, asked.service)
	link.holds(mandate, asked.service, required)
	link.source_holds(mandate, asked.service)
	path := _direct_path(mandate)
	conditions.objections(asked.service, path) == set()
]

_holding_chains(asked, required) := [path |
	not is_self(input)
	some found in asked.chains
	chain.through_named(found)
	chain.intermediary_active(found)
	some first_link in found.first
	chain.first_link_allowed(first_link, found)
	link.holds(first_link, asked.service, required)
	link.source_holds(first_link, asked.service)
	some second_link in found.second
	chain.reaches_clients(second_link)
	chain.second_unlimited(second_link)
	link.holds(second_link, asked.service, required)
	path := _chain_path(found, first_link, second_link)
	conditions.objections(asked.service, path) == set()
]

# METADATA
# title: Every path that was found, with what speaks against it
# description: Without a mandate nobody acts for another (R46, R58).
# scope: document
candidates(asked, required) := found if {
	found := _found(asked, required)
	found != []
}

else := [{"path": none, "reasons": {"no_mandate" | not via_required}}]

# METADATA
# title: The intermediary must be named
# description: Not by who acts for himself - no intermediary helps him (R107).
via_required if {
	input.via_needed == true
	not is_self(input)
}

# METADATA
# title: No path at all
none := {"basis": "none", "links": [], "parties": []}

_found(asked, required) := _self_candidates(asked.service) if is_self(input)

else := array.concat(_direct_candidates(asked, required), _chain_candidates(asked, required))

_self_candidates(service) := [{"path": _self, "reasons": reasons} |
	as_himself(input)
	reasons := state.stopping_self(input.represented.party, service) | conditions.objections(service, _self)
]

_direct_candidates(asked, required) := [] if not asked.direct

else := [{"path": path, "reasons": reasons} |
	by_one_mandate(input)
	some mandate in asked.direct
	direct(mandate)
	path := _direct_path(mandate)
	reasons := {reason |
		some rule in [
			link.reasons(mandate, asked.service, required),
			link.source_reasons(mandate, asked.service),
			_stopping_owner(mandate, asked.service),
			conditions.objections(asked.service, path),
		]
		some reason in rule
	}
]

_stopping_owner(mandate, service) := {reason |
	mandate.ground == "owner"
	some reason in state.stopping_self(input.actor.party, service)
}

_chain_candidates(asked, required) := [] if not asked.chains

else := [{"path": path, "reasons": reasons} |
	not is_self(input)
	some found in asked.chains
	chain.through_named(found)
	some first_link in found.first
	some second_link in found.second
	path := _chain_path(found, first_link, second_link)
	reasons := {reason |
		some rule in [
			link.reasons(first_link, asked.service, required),
			link.source_reasons(first_link, asked.service),
			link.reasons(second_link, asked.service, required),
			chain.reasons(asked.service, found, first_link, second_link),
			conditions.objections(asked.service, path),
		]
		some reason in rule
	}
]

_self := {"basis": "self", "links": [], "parties": []}

_direct_path(mandate) := {"basis": data.tables.direct_basis[mandate.kind], "links": [mandate], "parties": []}

_chain_path(found, first_link, second_link) := {
	"basis": "chain",
	"links": [first_link, second_link],
	"parties": [found.intermediary],
}

_first(paths) := paths[0] if count(paths) == 1

_first(paths) := paths[best] if {
	count(paths) > 1
	[_, best] := min([[rank(path), i] | some i, path in paths])
}

# METADATA
# title: Where a path stands among others
# description: By order of the paths, then by latest end, then by id; the least comes first.
rank(path) := [
	data.tables.path_order[path.basis],
	0 - _end(path),
	[mandate.mandate_id | some mandate in path.links],
]

_end(path) := min(array.concat([9007199254740991], [mandate.valid_until | some mandate in path.links]))

# METADATA
# title: The mandates on a path
# description: From the represented to the actor; a parent stands before its onward mandate.
mandates(path) := [mandate |
	some one in path.links
	some mandate in with_parent(one)
]

# METADATA
# title: A mandate, behind the parent on which it rests
# scope: document
with_parent(mandate) := [mandate.parent.mandate, mandate] if mandate.parent.mandate

else := [mandate]

# METADATA
# title: The ids of the mandates on a path
mandate_ids(path) := [mandate.mandate_id | some mandate in mandates(path)]

# METADATA
# title: Everybody on a path but who acts and for whom
# description: The intermediary, who passed a mandate on and who acts jointly.
# scope: document
others(path) := [] if path.links == []

else := array.flatten([
	path.parties,
	[mandate.parent.delegate | some mandate in path.links],
	[participant.party |
		some participant in input.together
		some mandate in mandates(path)
		participant.party.party_id in mandate.joint["with"]
	],
])
