package admin.paper_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_on_paper(mandate) := object.union(mandate, {"channel": "paper"})

_evidence := ["handwritten_signature", "lost_document_register", "in_person"]

_request(name, about, paper) := object.union(
	object.remove(acts.by_mandates(name, about, [object.union(acts.manager, paper.limits)]), ["actor"]),
	{
		"system": {"role": "registrar"},
		"act": {"paper": {"signed_by": paper.signed_by, "loa": paper.loa, "evidence": paper.evidence}},
		"represented": {"managing": {"request": {"loa": paper.loa}}},
	},
)

_paper := {"signed_by": fixtures.person.party_id, "loa": "eh3", "evidence": _evidence, "limits": {}}

_hasty := object.union(_paper, {"loa": "eh2", "evidence": ["handwritten_signature"]})

_in_haste := {"current": acts.mandate, "deviation": "Gebeld, geen document bij de hand"}

test_whole_answer if {
	answer := data.admin.decision with input as _request("mandate.grant", {"mandate": _on_paper(acts.mandate)}, _paper)
	answer == {
		"allow": true,
		"reasons": [],
		"capacity": "registrar",
		"authority": ["manager"],
		"holders_required": null,
	}
}

test_reasons[note] if {
	grants := {"mandate": _on_paper(acts.mandate)}
	at_four := object.union(grants, {"mandate": {"loa": "eh4"}})
	at_two := object.union(grants, {"mandate": {"loa": "eh2"}})
	some [note, asked, want] in [
		["unsigned", _request("mandate.grant", grants, object.union(_paper, {"evidence": ["in_person"]})), [
			"paper_evidence_missing",
		]],
		[
			"a copy at eh3", _request("mandate.grant", grants, object.union(_paper, {"evidence": [
				"handwritten_signature", "lost_document_register",
			]})),
			["paper_evidence_missing"],
		],
		[
			"a copy at eh2", _request("mandate.grant", at_two, object.union(_paper, {"evidence": [
				"handwritten_signature", "bank_transfer",
			]})),
			[],
		],
		["identified below it", _request("mandate.grant", grants, object.union(_paper, {"loa": "eh2"})), [
			"loa_insufficient",
		]],
		[
			"at eh4", _request("mandate.grant", at_four, object.union(_paper, {
				"loa": "eh4",
				"limits": {"loa": "eh4"},
			})),
			["paper_evidence_missing"],
		],
		["registered as digital", _request("mandate.grant", {"mandate": acts.mandate}, _paper), ["paper_evidence_missing"]],
		["a change", _request("mandate.change", {"current": acts.mandate, "mandate": acts.mandate}, _paper), []],
		["a revocation", _request("mandate.revoke", {"current": acts.mandate}, _paper), []],
		["within the signer's level", _request("mandate.grant", grants, object.union(_paper, {"limits": {"loa": "eh2"}})), [
			"above_own_level", "mandate_loa_insufficient",
		]],
		["signed by somebody else", _request("mandate.grant", grants, object.union(_paper, {"signed_by": "another"})), [
			"act_incoherent",
		]],
		["without paper", acts.system("registrar", "mandate.revoke", {"current": acts.mandate}), [
			"kind_not_for_this_capacity", "paper_required",
		]],
		["entered by a manager", acts.grant({"channel": "paper"}), ["paper_by_registrar_only"]],
		[
			"what the registrar registers himself", acts.system("registrar", "mandate.grant", {"mandate": object.union(
				object.remove(_on_paper(acts.mandate), ["reach"]),
				{"kind": "appointed"},
			)}),
			[],
		],
	]
	data.admin.decision.reasons == want with input as asked
}

test_haste[note] if {
	some [note, asked, want] in [
		["a suspension in haste", _request("mandate.suspend", _in_haste, _hasty), []],
		["a suspension without a word of why", _request("mandate.suspend", {"current": acts.mandate}, _hasty), [
			"loa_insufficient", "paper_evidence_missing",
		]],
		[
			"a suspension in haste, unsigned",
			_request("mandate.suspend", _in_haste, object.union(_hasty, {"evidence": ["bank_transfer"]})),
			["paper_evidence_missing"],
		],
		["a revocation in haste", _request("mandate.revoke", _in_haste, _hasty), [
			"deviation_not_allowed", "loa_insufficient", "paper_evidence_missing",
		]],
	]
	data.admin.decision.reasons == want with input as asked
}
