package conformance_test

import data.authz

# the cases that every judge of this project is asked: build/cases.json, written by `npm run cases`
test_case[title] if {
	some one in data.cases
	title := one.title
	answer := authz.decision with input as one.input
	every key, want in one.expect {
		answer[key] == want
	}
}
