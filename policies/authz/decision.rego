# METADATA
# title: May this person act for that party?
# description: |
#   One answer to one question: allowed by the first path that holds, or denied with the reasons of the path that comes
#   nearest. Nothing is allowed unless a path says so (R46, R58).
# schemas:
#   - input: schema.input
package authz

import data.authz.changes
import data.authz.level
import data.authz.path
import data.authz.question
import data.authz.verdict

# METADATA
# title: The answer
# description: Always defined; its shape is `Verdict` in src/domain/evaluation.ts.
# scope: document
# entrypoint: true
decision := answer

# METADATA
# title: The same, for other rules
# description: What is an entrypoint is compiled away, and can be asked by no other rule (admin.managing).
# scope: document
answer := verdict.allowed(found.asked.service, found.path) if {
	not input.portal
	found := _holding[0]
}

else := verdict.portal(_holding, _changes_at) if {
	input.portal
	_holding != []
}

else := verdict.not_understood(question.misunderstood) if not question.understood(input)

else := verdict.denied(_nearest, _changes_at)

# one for each service asked for: the path that holds there
_holding := [{"asked": asked, "path": found} |
	question.understood(input)
	question.sound(input)
	some asked in input.services
	required := level.required(asked.service)
	question.open(asked.service, required)
	found := path.holding(asked, required)
]

# the path with the fewest failed rules
_nearest := _candidates[_best]

_nearest := {"path": path.none, "required": null, "reasons": (question.common | {"no_mandate"})} if _candidates == []

_best := 0 if count(_candidates) == 1

_best := best if {
	count(_candidates) > 1
	[_, _, best] := min([[count(one.reasons), path.rank(one.path), i] | some i, one in _candidates])
}

_candidates := [candidate |
	some asked in input.services
	required := level.required(asked.service)
	against := question.against(asked.service, required)
	some one in path.candidates(asked, required)
	candidate := {
		"path": one.path,
		"required": required,
		"reasons": (one.reasons | against),
	}
]

# everything that was found may make a denial, or a portal's list of services, another one
_changes_at := changes.next(
	[mandate | some one in _candidates; some mandate in path.mandates(one.path)],
	[party | some one in _candidates; some party in path.parties(one.path)],
)
