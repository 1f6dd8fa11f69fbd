package authz_test

import data.authz
import data.fixtures_test as fixtures

test_explain if {
	asked := object.union(fixtures.direct([fixtures.employee]), {"request": {"loa": "eh2"}})
	why := authz.explain with input as asked
	[why.allow, why.reasons] == [false, ["loa_insufficient"]]
	[[one.holds, one.reasons] | some one in why.paths] == [[false, ["loa_insufficient"]]]
	every rule in why.question {
		rule.holds
	}
}

test_explain_allowed if {
	why := authz.explain with input as fixtures.direct([fixtures.employee])
	[why.allow, why.reasons] == [true, []]
	why.paths[0].holds
}
