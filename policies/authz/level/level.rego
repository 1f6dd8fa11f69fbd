# METADATA
# title: At which level of assurance
# description: |
#   Required is the highest of what the service and the caller ask (R85, R95). The names of the levels sort in their
#   order: eh1 < eh2 < eh2plus < eh3 < eh4; eh1 stands for whatever ranks below eh2 and is asked by nobody.
# schemas:
#   - input: schema.input
package authz.level

import data.services as conditions

# METADATA
# title: The spelling is known
known(spelling) if data.tables.levels[spelling]

# METADATA
# title: The level that a service asks
# scope: document
of_service(service) := definition if {
	definition := service.definition.loa
	definition >= service.instance.loa
}

else := service.instance.loa

# METADATA
# title: The level that this question requires
# scope: document
required(service) := max([conditions.level(service, of_service(service)), asked]) if {
	asked := data.tables.levels[input.request.min_loa]
}

else := conditions.level(service, of_service(service))

# METADATA
# title: The caller asks no more than the catalogue
# description: A level above that of the service cannot be asked for (R95).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v1/vaststellen-bevoegdheid
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: how authority is established"
# custom:
#   reasons:
#     loa_above_catalogue: The question asks a higher level than the service has in the catalogue.
within_catalogue(service) if not _above_catalogue(service)

_above_catalogue(service) if {
	asked := data.tables.levels[input.request.min_loa]
	asked > of_service(service)
}

# METADATA
# title: The level of the login is below what is required
# description: A login without a known level is no login; that has a reason of its own (R85, R95).
login_too_low(required_level) if data.tables.levels[input.request.loa] < required_level

# METADATA
# title: The login reaches the level
# description: The highest of what the service, its owner for this act, and the caller ask (R85, R95).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v1/vaststellen-bevoegdheid
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: how authority is established"
# custom:
#   reasons:
#     loa_insufficient: The login was at a lower level than required; `loa_required` says which.
login_suffices(required_level) if data.tables.levels[input.request.loa] >= required_level

# METADATA
# title: The mandate reaches the level
# description: Statutory authority has no level of its own; only the login counts there (R86, R95).
# related_resources:
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v1/vaststellen-bevoegdheid
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: how authority is established"
#   - ref: https://afsprakenstelsel.etoegang.nl/Startpagina/v1/auc3-registreren-bevoegdheid
#     description: "Afsprakenstelsel Elektronische Toegangsdiensten: registering authority"
# scope: document
# custom:
#   reasons:
#     mandate_loa_insufficient: The mandate was registered at a lower level than required.
mandate_suffices(mandate, required_level) if mandate.loa >= required_level

else if mandate.kind == "statutory"
