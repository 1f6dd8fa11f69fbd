package authz.service_test

import data.authz.service as services
import data.fixtures_test as fixtures

test_active[note] if {
	some [note, change, want] in [
		["both", {}, 1],
		["definition only", {"instance": {"active": false}}, 0],
		["instance only", {"definition": {"active": false}}, 0],
	]
	count({1 | services.active(object.union(fixtures.service, change))}) == want
}

test_mandatable[note] if {
	narrow := object.union(fixtures.service, {"instance": {"kinds": {"employee": false}, "grounds": {"bewind": false}}})
	some [note, mandate, service, want] in [
		["its kind", fixtures.employee, fixtures.service, 1],
		["not at this instance", fixtures.employee, narrow, 0],
		["its ground", fixtures.statutory("bewind"), fixtures.service, 1],
		["not this ground", fixtures.statutory("mentorschap"), fixtures.service, 0],
		["not this ground here", fixtures.statutory("bewind"), narrow, 0],
	]
	count({1 | services.mandatable(mandate, service)}) == want
}

test_domain_served[note] if {
	some [note, mandate, domain, want] in [
		["bewind sees to assets", fixtures.statutory("bewind"), "assets", 1],
		["and to nothing else", fixtures.statutory("bewind"), "personal_care", 0],
		["mentorschap sees to care", fixtures.statutory("mentorschap"), "personal_care", 1],
		["nor a mentor to anything else", fixtures.statutory("mentorschap"), "general", 0],
		["curatele sees to all", fixtures.statutory("curatele"), "assets", 1],
		["a ground nobody knows", fixtures.statutory("whim"), "general", 0],
		["a mandate has its scope instead", fixtures.voluntary, "assets", 1],
	]
	count({1 | services.domain_served(mandate, {"domain": domain})}) == want
}

test_accepts_chains[note] if {
	some [note, change, want] in [["both", {}, 1], ["not here", {"instance": {"chains": false}}, 0]]
	count({1 | services.accepts_chains(object.union(fixtures.service, change))}) == want
}
