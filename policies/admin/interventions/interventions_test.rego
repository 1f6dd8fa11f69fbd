package admin.interventions_test

import data.admin.fixtures_test as acts

_says(role, intervention, channels) := acts.system(role, "party.intervene", {
	"intervention": intervention,
	"verified_by": channels,
})

# what becomes of a business is for a service owner to say; of a person, for courts and the registrar
test_kinds[note] if {
	some note, want in {
		"bankruptcy": [],
		"wsnp": [],
		"dissolution": [],
		"deregistration": [],
		"business_ended": [],
		"death": ["intervention_not_for_this_capacity"],
		"curatele": ["intervention_not_for_this_capacity"],
		"bewind": ["intervention_not_for_this_capacity"],
	}
	data.admin.decision.reasons == want with input as _says("service_owner", note, ["insolvency register"])
	data.admin.decision.allow with input as _says("court", note, ["telephone"])
	data.admin.decision.allow with input as _says("registrar", note, [])
}

test_unverified[note] if {
	some note, want in {"nowhere": [], "blank": [" "]}
	data.admin.decision.reasons == ["intervention_unverified"] with input as _says("service_owner", "bankruptcy", want)
}

test_of_no_kind if {
	some role in ["service_owner", "court", "registrar"]
	asked := acts.system(role, "party.intervene", {"verified_by": ["telephone"]})
	"act_incoherent" in data.admin.decision.reasons with input as asked
}
