package authz.validity_test

import data.authz.validity
import data.fixtures_test as fixtures

test_period[note] if {
	now := fixtures.now
	some [note, change, started, unended] in [
		["in it", {}, true, true],
		["its first millisecond", {"valid_from": now}, true, true],
		["the millisecond before", {"valid_from": now + 1}, false, true],
		["its last millisecond", {"valid_until": now + 1}, true, true],
		["its end", {"valid_until": now}, true, false],
	]
	mandate := object.union(fixtures.employee, change)
	_started(mandate) == started with input as {"now": now}
	_unended(mandate) == unended with input as {"now": now}
}

test_without_an_end if _unended(fixtures.statutory("signatory")) with input as {"now": fixtures.now}

test_active[status] if {
	some status, want in {"active": true, "requested": false, "offered": false, "suspended": false, "revoked": false}
	_active({"status": status}) == want
}

test_length[note] if {
	some [note, mandate, want] in [
		["a year", fixtures.employee, true],
		["six years", object.union(fixtures.employee, {"valid_until": fixtures.now + (2191 * fixtures.day)}), false],
		["no end", object.remove(fixtures.employee, ["valid_until"]), false],
		["years that are given", {"kind": "employee", "years": 5}, true],
		["years that are given and too many", {"kind": "employee", "years": 6}, false],
		["no end by law", fixtures.statutory("signatory"), true],
	]
	_short_enough(mandate) == want
}

# eighteen on 22 November 2026 at midnight in Amsterdam
test_under_age[note] if {
	parent := fixtures.statutory("parental_authority")
	some [note, mandate, child, now, want] in [
		["the evening before", parent, {"birth_date": "2008-11-22"}, 1795301999999, true],
		["at midnight", parent, {"birth_date": "2008-11-22"}, 1795302000000, false],
		["not for other grounds", fixtures.statutory("bewind"), {"birth_date": "1950-01-01"}, fixtures.now, true],
		["not for other kinds", fixtures.employee, {"birth_date": "1950-01-01"}, fixtures.now, true],
		["not without a date of birth", parent, {}, fixtures.now, false],
	]
	_under_age(mandate) == want with input as {"now": now, "represented": {"party": child}}
}

default _started(_) := false

_started(mandate) if validity.started(mandate)

default _unended(_) := false

_unended(mandate) if validity.unended(mandate)

default _active(_) := false

_active(mandate) if validity.active(mandate)

default _short_enough(_) := false

_short_enough(mandate) if validity.short_enough(mandate)

default _under_age(_) := false

_under_age(mandate) if validity.under_age(mandate)
