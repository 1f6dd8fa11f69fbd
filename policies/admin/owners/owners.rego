# METADATA
# title: Service owners
# description: |
#   A service owner keeps its own part of the catalogue (R42, R44), grants for a party on its own services only (R115,
#   R116), and sees what mandates there are on these.
# schemas:
#   - input: schema.admin
package admin.owners

import data.admin.acts

# METADATA
# title: What is not the service owner's own
# custom:
#   reasons:
#     not_own_service: The act concerns services that are not this owner's, or not its alone.
reasons(who) := {"not_own_service" |
	who.role == "service_owner"
	not _own
}

_own if input.act.name in ["party.intervene", "catalogue.view"]

_own if {
	input.act.name == "mandate.view"
	some mandate in acts.concerned
	_on_own_service(mandate)
}

_own if {
	input.act.name == "set.consent"
	input.system.owner in input.act.owners
}

_own if {
	acts.concerned == []
	not input.act.name == "set.consent"
	_all_own(input.act.owners)
}

_own if {
	input.act.name != "mandate.view"
	acts.concerned != []
	every mandate in acts.concerned {
		_on_own_services_only(mandate)
	}
}

_on_own_service(mandate) if {
	some service in mandate.services
	input.system.owner in service.owners
}

_on_own_service(mandate) if mandate.owner == input.system.owner

_on_own_service(mandate) if mandate.all_services == true

_on_own_services_only(mandate) if {
	not mandate.all_services
	_names_something(mandate)
	not _another_owner(mandate)
	every service in mandate.services {
		_all_own(service.owners)
	}
}

_names_something(mandate) if mandate.owner

_names_something(mandate) if mandate.services != []

_another_owner(mandate) if mandate.owner != input.system.owner

_all_own(owners) if {
	owners != []
	every owner in owners {
		owner == input.system.owner
	}
}
