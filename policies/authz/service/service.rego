# METADATA
# title: For which service
# description: |
#   The owner decides which authority its service accepts; an instance may only narrow its definition
#   (R43, R53, R120).
package authz.service

# METADATA
# title: The service is active
# description: Both the definition and this provider's instance of it (R43, R44).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v3/service-catalog
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: the service catalogue"
# custom:
#   reasons:
#     service_inactive: The service is not active.
active(service) if {
	service.definition.active == true
	service.instance.active == true
}

# METADATA
# title: The service accepts this kind of mandate
# description: And for statutory authority this ground too (R43, R120).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v3/service-catalog
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: the service catalogue"
# scope: document
# custom:
#   reasons:
#     service_not_mandatable: The service does not accept this kind of mandate, or this ground.
mandatable(mandate, service) if {
	mandate.kind != "statutory"
	_accepts_kind(mandate, service)
}

else if {
	_accepts_kind(mandate, service)
	service.definition.grounds[mandate.ground] == true
	service.instance.grounds[mandate.ground] == true
}

_accepts_kind(mandate, service) if {
	service.definition.kinds[mandate.kind] == true
	service.instance.kinds[mandate.kind] == true
}

# METADATA
# title: The ground serves the domain of the service
# description: An administrator (bewind) sees to assets, a mentor to personal care, the others to everything (R118).
# related_resources:
#   - ref: https://wetten.overheid.nl/BWBR0002656
#     description: "Burgerlijk Wetboek 1:431 (bewind: assets) and 1:450 (mentorschap: personal care)"
# scope: document
# custom:
#   reasons:
#     domain_not_served: The ground of this authority does not reach services of this domain.
domain_served(mandate, service) if mandate.kind != "statutory"

else if data.tables.ground_domains[mandate.ground][service.domain] == true

# METADATA
# title: The service accepts chains
# description: Acting through an intermediary is for the owner to allow (R43, R107).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v3/interface-specifications-hm-mr-chain-authorization
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: chains have one intermediary"
# custom:
#   reasons:
#     chain_not_accepted: The service does not accept chains.
accepts_chains(service) if {
	service.definition.chains == true
	service.instance.chains == true
}
