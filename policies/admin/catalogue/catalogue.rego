# METADATA
# title: For which services
# description: |
#   The owner of each service says what mandates it accepts; what it does not accept is not registered (R38, R43, R46,
#   R120). A delegate who cannot act is given nothing (R84, R113, R118).
# schemas:
#   - input: schema.admin
package admin.catalogue

import data.admin.acts
import data.authz.state

# METADATA
# title: What the services, or the delegate, speak against
# scope: document
# custom:
#   reasons:
#     service_inactive: A service that the mandate covers is not active.
#     service_not_mandatable: A service that the mandate covers does not accept this kind of mandate, or this ground.
#     branches_not_accepted: The mandate is limited to branches, and a service that it covers takes no such mandates.
#     chain_not_accepted: The delegate is an organisation, and a service that the mandate covers does not accept chains.
#     all_services_not_for_voluntary: A voluntary mandate for all services is none.
#     delegate_not_active: The delegate has died, is under curatele, bankrupt, dissolved or otherwise not active.
default reasons := set()

reasons := union({
	{"all_services_not_for_voluntary" | acts.made.all_services; acts.made.kind == "voluntary"},
	{"delegate_not_active" | not _still_open; _unable(input.delegate.party)},
	{reason | some service in acts.made.services; some reason in _against(service, acts.made)},
}) if {
	acts.is("makes")
}

_against(service, mandate) := union({
	{"service_inactive" | not service.terms.active == true},
	{"service_not_mandatable" | not _accepts(service.terms, mandate)},
	{"branches_not_accepted" | not _everywhere(mandate); not _takes_branches(service)},
	{"chain_not_accepted" | _begins_chain(mandate); not service.terms.chains == true},
})

_accepts(terms, mandate) if {
	mandate.kind != "statutory"
	terms.kinds[mandate.kind] == true
}

_accepts(terms, mandate) if {
	terms.kinds[mandate.kind] == true
	terms.grounds[mandate.ground] == true
}

_everywhere(mandate) if mandate.branches == "all"

_takes_branches(service) if service.terms.branches == true

# managing itself can be limited to branches: admin.bounds sees to it
_takes_branches(service) if service.service_uuid == input.manage_service

_begins_chain(mandate) if {
	mandate.kind != "statutory"
	mandate.delegate_kind == "organisation"
}

# an offer to whoever activates it names the represented in place of a delegate
_still_open if {
	input.act.name == "mandate.offer"
	acts.made.delegate == acts.made.represented
}

_unable(party) if {
	party.kind == "organisation"
	state.in_any(party)
}

_unable(party) if {
	party.kind == "person"
	state.in_effect(party, "deceased")
}

_unable(party) if {
	party.kind == "person"
	state.in_effect(party, "curatele")
}
