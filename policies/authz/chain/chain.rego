# METADATA
# title: Through an intermediary
# description: |
#   A chain has two links: the represented mandates an organisation, which lets one of its people act for its clients
#   (R1, R107, R108). There is exactly one intermediary.
# schemas:
#   - input: schema.input
package authz.chain

import data.authz.service as services
import data.authz.state

# METADATA
# title: The chain leads through the intermediary that was named
# description: When the question names none, all chains that were found count (R107).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v3/interface-specifications-hm-mr-chain-authorization
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: chains have one intermediary"
# scope: document
through_named(chain) if not input.via

else if chain.intermediary.party_id == input.via.party.party_id

# METADATA
# title: The intermediary is active
# description: Any state that is in effect (bankrupt, dissolved, …) ends what goes through it (R84, R113).
# custom:
#   reasons:
#     intermediary_not_active: The intermediary is bankrupt, dissolved or otherwise not active.
intermediary_active(chain) if not state.in_any(chain.intermediary)

# METADATA
# title: The first link may lead to an intermediary
# description: A business, voluntary, statutory or appointed mandate to an organisation (R107, R116).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v3/interface-specifications-hm-mr-chain-authorization
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: chains have one intermediary"
# custom:
#   reasons:
#     chain_first_link_not_allowed: This mandate cannot be the first link of a chain.
first_link_allowed(mandate, chain) if {
	mandate.kind in ["business", "voluntary", "statutory", "appointed"]
	chain.intermediary.kind == "organisation"
}

# METADATA
# title: The second link reaches the intermediary's clients
# description: |
#   An employee mandate that says so, or the power of who signs for the intermediary or owns it (R107). An onward
#   mandate reaches them only if its parent does (R50).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v3/interface-specifications-hm-mr-chain-authorization
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: chains have one intermediary"
# custom:
#   reasons:
#     reach_own_only: The actor may act for the intermediary itself, not for its clients.
reaches_clients(mandate) if {
	_reaches_clients(mandate)
	not _parent_stays_at_home(mandate)
}

_reaches_clients(mandate) if {
	mandate.kind == "employee"
	mandate.reach in ["clients", "both"]
}

_reaches_clients(mandate) if {
	mandate.kind == "statutory"
	mandate.ground in ["signatory", "owner"]
}

_parent_stays_at_home(mandate) if {
	parent := mandate.parent.mandate
	not _reaches_clients(parent)
}

# METADATA
# title: The second link is not limited to branches
# description: Branches belong to the represented; a chain cannot be limited to one of the intermediary (R38).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v2/servicerestriction-subdossiernr
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: restriction to branches"
# custom:
#   reasons:
#     second_link_branch_limited: The actor's mandate is limited to branches of the intermediary.
second_unlimited(mandate) if mandate.branches == "all"

# METADATA
# title: What speaks against this chain as a chain
reasons(service, chain, first_link, second_link) := {reason |
	some rule in [
		{"chain_not_accepted" | not services.accepts_chains(service)},
		{"intermediary_not_active" | not intermediary_active(chain)},
		{"chain_first_link_not_allowed" | not first_link_allowed(first_link, chain)},
		{"reach_own_only" | not reaches_clients(second_link)},
		{"second_link_branch_limited" | not second_unlimited(second_link)},
	]
	some reason in rule
}
