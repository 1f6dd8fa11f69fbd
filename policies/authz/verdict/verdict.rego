# METADATA
# title: What the answer says
# description: |
#   Besides allow and reasons: on what ground (R119), by which mandates, for which branches (R29, R30), until when, and
#   where follow-up messages go (R126, R127). Shape: `Verdict` in src/domain/evaluation.ts.
package authz.verdict

import data.authz.branch
import data.authz.changes
import data.authz.path

# METADATA
# title: The question names somebody or something unknown
not_understood(reasons) := {
	"allow": false,
	"reasons": sort(reasons),
	"basis": null,
	"mandates": [],
	"branches": null,
	"branch_verified": _branch_verified,
	"changes_at": null,
	"loa_required": null,
	"services": null,
	"holders_required": null,
	"follow_up": null,
}

# METADATA
# title: Allowed by this path
allowed(service, found) := {
	"allow": true,
	"reasons": [],
	"basis": found.basis,
	"mandates": path.mandate_ids(found),
	"branches": _branches(found),
	"branch_verified": _branch_verified,
	"changes_at": changes.next(path.mandates(found), path.parties(found)),
	"loa_required": null,
	"services": null,
	"holders_required": null,
	"follow_up": _follow_up(found, service),
}

# METADATA
# title: Something behind the portal is allowed
# description: The services are listed, and each must be asked again (R45).
portal(holding, changes_at) := {
	"allow": true,
	"reasons": [],
	"basis": "portal",
	"mandates": _once([id | some one in holding; some id in path.mandate_ids(one.path)]),
	"branches": null,
	"branch_verified": _branch_verified,
	"changes_at": changes_at,
	"loa_required": null,
	"services": sort([one.asked.service.service_id | some one in holding]),
	"holders_required": null,
	"follow_up": null,
}

# METADATA
# title: Denied; this path comes nearest
# description: The moment of change is that of the earliest boundary among everything that was found.
denied(nearest, changes_at) := {
	"allow": false,
	"reasons": sort(nearest.reasons),
	"basis": null,
	"mandates": [],
	"branches": _branches_to_choose(nearest),
	"branch_verified": _branch_verified,
	"changes_at": changes_at,
	"loa_required": _loa_required(nearest),
	"services": null,
	"holders_required": _holders_required(nearest),
	"follow_up": null,
}

default _branch_verified := false

_branch_verified if branch.verified

_branches(found) := "all" if found.links == []

else := found.links[0].branches

_branches_to_choose(nearest) := nearest.path.links[0].branches if "branch_required" in nearest.reasons

else := null

_follow_up(found, _) := null if found.links == []

_follow_up(found, service) := {
	"to": object.get(mandate, "follow_up", service.follow_up),
	"delegate_may_read": object.get(mandate, "reads_messages", false),
} if {
	mandate := found.links[0]
}

# only where a stronger login alone would lift the denial
_loa_required(nearest) := nearest.required if {
	nearest.reasons & {"loa_missing", "loa_unknown", "loa_insufficient"} == nearest.reasons
}

else := null

_holders_required(nearest) := max([mandate.joint.required | some mandate in path.mandates(nearest.path)]) if {
	"joint_authority_required" in nearest.reasons
}

else := null

_once(ids) := [id | some i, id in ids; not id in array.slice(ids, 0, i)]
