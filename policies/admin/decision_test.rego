package admin_test

import data.admin
import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_refused(reasons) := {
	"allow": false, "reasons": reasons, "capacity": null, "authority": [], "holders_required": null,
}

_allowed := {"allow": true, "reasons": [], "capacity": "manager", "authority": ["manager"], "holders_required": null}

# whole answers, key by key
test_whole_answer[note] if {
	statutory := object.union(fixtures.statutory("signatory"), {"mandate_id": "law"})
	joint := object.union(statutory, {"joint": {"required": 2, "with": ["another"]}})
	granted := {"mandate": acts.mandate}
	changed := {"current": acts.mandate, "mandate": acts.mandate}
	some [note, asked, want] in [
		["nothing", {}, _refused(["not_representative"])],
		["a manager grants", acts.grant({}), _allowed],
		[
			"of two capacities the first", acts.by_mandates("mandate.grant", granted, [acts.manager, statutory]),
			object.union(_allowed, {"capacity": "legal_representative", "authority": ["law"]}),
		],
		[
			"the others are waited for", acts.by_mandates("mandate.grant", {"mandate": acts.mandate}, [joint]),
			object.union(_allowed, {"capacity": "legal_representative", "authority": ["law"], "holders_required": 2}),
		],
		[
			"ending needs no others", acts.by_mandates("mandate.revoke", {"current": acts.mandate}, [joint]),
			object.union(_allowed, {"capacity": "legal_representative", "authority": ["law"]}),
		],
		[
			"a manager may, of two who must act together one may not yet",
			acts.by_mandates("mandate.change", changed, [joint, acts.manager]), _allowed,
		],
		["a stranger", acts.by_mandates("mandate.grant", {"mandate": acts.mandate}, []), _refused(["not_representative"])],
		["a manager for the registrar", acts.does("party.change", {}), _refused(["not_for_this_capacity"])],
		["several reasons", acts.grant({"loa": "eh4"}), _refused([
			"above_own_level", "loa_insufficient", "signature_required",
		])],
		[
			"what keeps him from managing", acts.by_mandates(
				"mandate.grant", {"mandate": acts.mandate},
				[object.union(acts.manager, {"status": "suspended"})],
			),
			_refused(["mandate_suspended"]),
		],
	]
	admin.decision == want with input as asked
}

# an act that no table knows is open to nobody
test_unknown_act if not admin.decision.allow with input as acts.system("registrar", "mandate.destroy", {})

# nobody does anything
test_nobody[name] if {
	some name, _ in data.tables.acts
	not admin.decision.allow with input as {"now": 0, "act": {"name": name}, "manage_service": ""}
}
