# METADATA
# title: What the answer says
# description: |
#   Besides allow and reasons: on what ground (R119), by which mandates, for which branches (R29, R30), until when, and
#   where follow-up messages go (R126, R127). Shape: `Verdict` in src/domain/evaluation.ts.
package authz.verdict

import data.authz.branch
import data.authz.changes
import data.authz.joint
import data.authz.path

# METADATA
# title: The question names somebody or something unknown
not_understood(reasons) := object.union(_denial, {"reasons": sort(reasons)})

# METADATA
# title: Allowed by this path
allowed(asked, found) := object.union(_denial, {
	"allow": true,
	"basis": found.basis,
	"mandates": path.mandate_ids(found),
	"branches": _branches(found.links[0]),
	"changes_at": changes.next(path.mandates(found), path.parties(found)),
	"follow_up": _follow_up(found.links[0], asked.service),
}) if found.basis != "self"

allowed(_, found) := object.union(_denial, {
	"allow": true,
	"basis": "self",
	"branches": "all",
	"changes_at": changes.next([], path.parties(found)),
}) if found.basis == "self"

# METADATA
# title: Something behind the portal is allowed
# description: The services are listed, and each must be asked again (R45).
portal(holding) := object.union(_denial, {
	"allow": true,
	"basis": "portal",
	"mandates": sort({id | some one in holding; some id in path.mandate_ids(one.path)}),
	"services": sort({one.asked.service.service_id | some one in holding}),
	"changes_at": changes.next(
		[mandate | some one in holding; some mandate in path.mandates(one.path)],
		[party | some one in holding; some party in path.parties(one.path)],
	),
})

# METADATA
# title: Denied; this path comes nearest
# description: The moment of change is that of the earliest boundary among everything that was found.
denied(nearest) := object.union(_denial, {
	"reasons": sort(nearest.reasons),
	"branches": _branches_to_choose(nearest),
	"changes_at": changes.next(_all_mandates, _all_parties),
	"loa_required": _loa_required(nearest),
	"holders_required": _holders_required(nearest),
})

_denial := {
	"allow": false,
	"reasons": [],
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

default _branch_verified := false

_branch_verified if branch.verified

# The mandate's own branches, or its parent's where only that one names them.
_branches(mandate) := mandate.parent.mandate.branches if mandate.branches == "all"

else := mandate.branches

_branches_to_choose(nearest) := _branches(nearest.path.links[0]) if "branch_required" in nearest.reasons

else := null

_follow_up(mandate, service) := {
	"to": object.get(mandate, "follow_up", service.follow_up),
	"delegate_may_read": object.get(mandate, "reads_messages", false),
}

# only where a stronger login alone would lift the denial
_loa_required(nearest) := nearest.required if {
	nearest.reasons & {"loa_missing", "loa_unknown", "loa_insufficient"} == nearest.reasons
	nearest.reasons != set()
}

else := null

_holders_required(nearest) := max([mandate.joint.required |
	some mandate in nearest.path.links
	not joint.enough(mandate)
]) if "joint_authority_required" in nearest.reasons

else := null

_all_mandates := [mandate |
	some asked in input.services
	some link in array.flatten([
		asked.direct,
		[one | some one in asked.chains[_].first],
		[one | some one in asked.chains[_].second],
	])
	some mandate in path.with_parent(link)
]

_all_parties := array.flatten([
	path.parties({"parties": [chain.intermediary | some chain in input.services[_].chains], "links": []}),
	[participant.party | some participant in input.together],
	[delegate | delegate := input.services[_].direct[_].parent.delegate],
	[delegate | delegate := input.services[_].chains[_].first[_].parent.delegate],
	[delegate | delegate := input.services[_].chains[_].second[_].parent.delegate],
])
