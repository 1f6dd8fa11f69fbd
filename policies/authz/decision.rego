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
answer := verdict.not_understood(question.misunderstood) if not question.understood(input)

else := verdict.allowed(asked.service, found) if {
	not input.portal
	asked := input.services[0]
	found := _held(asked)
}

else := verdict.portal(holding, _changes_at(_candidates(input.services))) if {
	input.portal
	holding := [{"asked": asked, "path": found} |
		some asked in input.services
		found := _held(asked)
	]
	holding != []
}

else := verdict.denied(_nearest(found), _changes_at(found)) if found := _candidates(input.services)

# the path that holds for this service
_held(asked) := path.holding(asked, required) if {
	required := level.required(asked.service)
	question.passes(asked.service, required)
}

# the path with the fewest failed rules
_nearest(candidates) := candidates[0] if count(candidates) == 1

else := candidates[_best(candidates)] if candidates != []

else := {"path": path.none, "required": null, "reasons": (question.common | {"no_mandate"})}

_best(candidates) := best if {
	[_, _, best] := min([[count(one.reasons), path.rank(one.path), i] | some i, one in candidates])
}

_candidates(services) := [candidate |
	some asked in services
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
_changes_at(candidates) := changes.next(
	[mandate | some one in candidates; some mandate in path.mandates(one.path)],
	[party | some one in candidates; some party in path.others(one.path)],
)
