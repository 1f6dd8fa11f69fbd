# METADATA
# title: What a service asks besides
# description: |
#   A service owner's own conditions (R43, R46). They only take away: whatever they say, nothing is allowed that the
#   general rules deny. `tables.conditions` says which services have which, by ServiceID, with what each reads; those of
#   a portal bind whoever enters by it (R45).
# schemas:
#   - input: schema.input
package services

import data.services.chains
import data.services.firsthand
import data.services.intermediaries
import data.services.levels

# METADATA
# title: What the owner of this service has against this path
# description: A set of reasons; empty when he has nothing against it (R43, R46).
# scope: document
# custom:
#   reasons:
#     service_condition_unknown: The service has a condition of its own that no rule here can read.
objections(service, path) := _objections(service, path) | _objections(input.portal, path) if input.portal

else := _objections(service, path)

# METADATA
# title: What each of his conditions says of this path
# description: For explanations, by the name of the rule that must hold (R43, R45, R133).
each(service, path) := [{"rule": rule, "reasons": reasons} |
	some asked in array.concat([service], [portal | portal := input.portal])
	some name, wanted in data.tables.conditions[asked.service_id]
	rule := object.get(_rules, name, "services.objections")
	reasons := _against(name, wanted, path)
]

_rules := {
	"chains": "services.chains.accepted",
	"firsthand": "services.firsthand.given",
	"intermediaries": "services.intermediaries.listed",
	"levels": "services.levels.readable",
}

# METADATA
# title: The level that the owner of this service asks for what is done
# description: Never a lower one than `general`, which the service asks anyhow (R85, R95).
# scope: document
level(service, general) := _raised(_raised(general, service), input.portal) if input.portal

else := _raised(general, service)

_raised(general, service) := max([general, levels.asked(wanted)]) if {
	wanted := data.tables.conditions[service.service_id].levels
	levels.readable(wanted)
}

else := general

_objections(service, path) := set() if _free(service.service_id)

else := {reason |
	some name, wanted in data.tables.conditions[service.service_id]
	some reason in _against(name, wanted, path)
} if {
	is_object(data.tables.conditions[service.service_id])
}

# a service without a name might be one with conditions, and so might any where there is no table of them
else := {"service_condition_unknown"}

_free(name) if {
	is_object(data.tables.conditions)
	not data.tables.conditions[name]
}

# a condition that is none of these, or gives no answer, is not met
_against(name, wanted, path) := chains.objections(wanted, path) if name == "chains"

else := firsthand.objections(wanted, path) if name == "firsthand"

else := intermediaries.objections(wanted, path) if name == "intermediaries"

else := levels.objections(wanted) if name == "levels"

else := {"service_condition_unknown"}
