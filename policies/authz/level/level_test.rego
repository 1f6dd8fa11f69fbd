package authz.level_test

import data.authz.level
import data.fixtures_test as fixtures

_in_order := ["eh1", "eh2", "eh2plus", "eh3", "eh4"]

test_names_sort_in_their_order if sort({"eh4", "eh2plus", "eh3", "eh1", "eh2"}) == _in_order

test_every_spelling_leads_to_a_level if {
	{name | some name in data.tables.levels} == {"eh1", "eh2", "eh2plus", "eh3", "eh4"}
}

test_spellings[spelling] if {
	some spelling, want in {
		"urn:etoegang:core:assurance-class:loa2plus": "eh2plus",
		"http://eidas.europa.eu/LoA/substantial": "eh3",
		"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport": "eh1",
		"urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI": "eh4",
	}
	level.known(spelling)
	data.tables.levels[spelling] == want
}

test_required[note] if {
	strict := object.union(fixtures.service, {"instance": {"loa": "eh4"}})
	some [note, service, request, want, within] in [
		["the service's", fixtures.service, {}, "eh3", true],
		["the stricter instance's", strict, {}, "eh4", true],
		["a lower one asked", fixtures.service, {"min_loa": "eh2"}, "eh3", true],
		["a higher one asked", fixtures.service, {"min_loa": "high"}, "eh4", false],
		["an unknown one asked", fixtures.service, {"min_loa": "best"}, "eh3", true],
	]
	level.required(service) == want with input as {"request": request}
	_within(service) == within with input as {"request": request}
}

default _within(_) := false

_within(service) if level.within_catalogue(service)

test_login[spelling] if {
	some spelling, want in {"eh1": true, "eh2": true, "eh2plus": true, "eh3": false, "eh4": false, "unknown": false}
	_too_low == want with input as {"request": {"loa": spelling}}
}

default _too_low := false

_too_low if level.login_too_low("eh3")

test_mandate[note] if {
	some [note, mandate, want] in [
		["reaches it", {"kind": "employee", "loa": "eh3"}, 1],
		["does not", {"kind": "employee", "loa": "eh2plus"}, 0],
		["has none by law", {"kind": "statutory", "loa": "eh2"}, 1],
	]
	count({1 | level.mandate_suffices(mandate, "eh3")}) == want
}
