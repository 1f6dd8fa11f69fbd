package admin.onward_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_parent := object.union(acts.mandate, {
	"mandate_id": "parent",
	"delegate": fixtures.person.party_id,
	"substitution": true,
})

_child := object.union(acts.mandate, {"derived_from": {"mandate_id": "parent", "delegate": fixtures.person.party_id}})

_passes_on(parent, passer) := object.union(
	acts.by_mandates("mandate.pass_on", {"mandate": _child, "parent": parent}, []),
	{"parent_delegate": acts.nobody_for(passer)},
)

test_reasons[note] if {
	bankrupt := object.union(fixtures.person, {"states": [{"state": "bankrupt", "since": 0}]})
	some [note, asked, want] in [
		["right", _passes_on(_parent, fixtures.person), []],
		["not to be passed on", _passes_on(object.remove(_parent, ["substitution"]), fixtures.person), [
			"substitution_missing",
		]],
		["passed on itself", _passes_on(object.union(_parent, {"derived_from": {"mandate_id": "x"}}), fixtures.person), [
			"substitution_missing",
		]],
		["suspended", _passes_on(object.union(_parent, {"status": "suspended"}), fixtures.person), ["parent_not_in_force"]],
		["ended", _passes_on(object.union(_parent, {"valid_until": fixtures.now}), fixtures.person), ["parent_not_in_force"]],
		["not started", _passes_on(object.union(_parent, {"valid_from": fixtures.now + 1}), fixtures.person), [
			"parent_not_in_force",
		]],
		["another parent", _passes_on(object.union(_parent, {"mandate_id": "x"}), fixtures.person), ["parent_not_in_force"]],
		["of another party", _passes_on(object.union(_parent, {"represented": "x"}), fixtures.person), [
			"parent_not_in_force",
		]],
		["of another delegate", _passes_on(object.union(_parent, {"delegate": "x"}), fixtures.person), [
			"parent_not_in_force",
		]],
		["a passer in some state", _passes_on(_parent, bankrupt), ["parent_not_in_force", "represented_bankrupt"]],
		["by another", _passes_on(_parent, fixtures.other_person), ["not_representative"]],
		[
			"by a manager of the represented",
			acts.by_mandates("mandate.pass_on", {"mandate": _child, "parent": _parent}, [acts.manager]),
			["not_for_this_capacity"],
		],
	]
	data.admin.decision.reasons == want with input as asked
}

test_no_parent if {
	asked := _passes_on(_parent, fixtures.person)
	without := object.union(object.remove(asked, ["act"]), {"act": object.remove(asked.act, ["parent"])})
	data.admin.decision.reasons == ["act_incoherent", "parent_not_in_force", "substitution_missing"] with input as without
}

# what may be granted under the authority of the parent
test_granted_under if {
	under := {"granted_under": "bankruptcy_curator"}
	asked := object.union(_passes_on(object.union(_parent, under), fixtures.person), {"act": {"mandate": under}})
	data.admin.decision.allow with input as asked
	other := object.union(_passes_on(_parent, fixtures.person), {"act": {"mandate": under}})
	data.admin.decision.reasons == ["authority_not_own"] with input as other
}

# a bankruptcy ends what the represented gave
test_represented if {
	bankrupt := {"states": [{"state": "bankrupt", "since": 0}]}
	asked := object.union(_passes_on(_parent, fixtures.person), {"represented": {
		"party": bankrupt,
		"managing": {"represented": {"party": bankrupt}},
	}})
	data.admin.decision.reasons == ["parent_not_in_force"] with input as asked
}
