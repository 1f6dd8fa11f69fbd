package conformance_test

import data.admin
import data.authz

# what an answer leaves out, as src/policy/result.ts reads it
_nothing := {
	"reasons": [],
	"basis": null,
	"mandates": [],
	"branches": null,
	"changes_at": null,
	"loa_required": null,
	"services": null,
	"holders_required": null,
	"follow_up": null,
}

# the cases that every judge of this project is asked: build/cases.json, written by `npm run cases`
test_case[title] if {
	some one in data.cases
	title := one.title
	answer := authz.decision with input as one.input
	every key, want in one.expect {
		object.union(_nothing, _whole(answer))[key] == want
	}
}

# and the acts: whether somebody may do this to the register
test_act[title] if {
	some one in data.admin_cases
	title := one.title
	answer := admin.decision with input as one.input
	every key, want in one.expect {
		answer[key] == want
	}
}

_whole(answer) := object.union(answer, {"follow_up": object.union({"delegate_may_read": false}, answer.follow_up)}) if {
	answer.follow_up.to
}

else := answer
