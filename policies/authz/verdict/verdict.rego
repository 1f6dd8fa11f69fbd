# METADATA
# title: What the answer says
# description: |
#   Besides allow and reasons: on what ground (R119), by which mandates, for which branches (R29, R30), until when, and
#   where follow-up messages go (R126, R127). Shape: `Verdict` in src/domain/evaluation.ts; what an answer has nothing
#   to say of is left out, and reads as nothing there (src/policy/result.ts).
package authz.verdict

import data.authz.branch
import data.authz.changes
import data.authz.path
import data.authz.question

# METADATA
# title: The question names somebody or something unknown
not_understood(reasons) := {
	"allow": false,
	"reasons": sort(reasons),
	"branch_verified": _branch_verified(input),
}

# METADATA
# title: Allowed by this path
allowed(service, found) := {
	"allow": true,
	"basis": found.basis,
	"mandates": [mandate.mandate_id | some mandate in mandates],
	"branches": _branches(found),
	"branch_verified": _branch_verified(input),
	"changes_at": changes.next(mandates, path.others(found)),
	"follow_up": _follow_up(found, service),
} if {
	mandates := path.mandates(found)
}

# METADATA
# title: Something behind the portal is allowed
# description: The services are listed, and each must be asked again (R45).
portal(holding, changes_at) := {
	"allow": true,
	"basis": "portal",
	"mandates": _once([id | some one in holding; some id in path.mandate_ids(one.path)]),
	"branch_verified": _branch_verified(input),
	"changes_at": changes_at,
	"services": sort([one.asked.service.service_id | some one in holding]),
}

# METADATA
# title: Denied; this path comes nearest
# description: The moment of change is that of the earliest boundary among everything that was found.
denied(nearest, changes_at) := {
	"allow": false,
	"reasons": sort(nearest.reasons),
	"branches": _branches_to_choose(nearest),
	"branch_verified": _branch_verified(input),
	"changes_at": changes_at,
	"loa_required": _loa_required(nearest),
	"holders_required": _holders_required(nearest),
}

default _branch_verified(_) := false

_branch_verified(question) if branch.verified(question)

_branches(found) := "all" if found.links == []

else := found.links[0].branches

_branches_to_choose(nearest) := nearest.path.links[0].branches if "branch_required" in nearest.reasons

else := null

_follow_up(found, service) := null if found.links == []

else := _follow_up_of(found.links[0], service)

_follow_up_of(mandate, service) := {
	"to": object.get(mandate, "follow_up", service.follow_up),
	"delegate_may_read": true,
} if {
	mandate.reads_messages == true
}

else := {"to": object.get(mandate, "follow_up", service.follow_up)}

# only where a stronger login alone would lift the denial
_loa_required(nearest) := nearest.required if {
	nearest.reasons & {"loa_missing", "loa_unknown", "loa_insufficient"} == nearest.reasons
	question.asked_level_known(input.request)
}

else := null

_holders_required(nearest) := max([mandate.joint.required | some mandate in path.mandates(nearest.path)]) if {
	"joint_authority_required" in nearest.reasons
}

else := null

_once(ids) := [id | some i, id in ids; not id in array.slice(ids, 0, i)]
