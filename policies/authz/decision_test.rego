package authz_test

import data.authz
import data.fixtures_test as fixtures

_allowed := {
	"allow": true, "mandates": [], "branches": "all", "branch_verified": true, "changes_at": null, "follow_up": null,
}

_denied := {"allow": false, "branch_verified": true}

_himself := object.union(
	object.remove(fixtures.direct([]), ["represented"]),
	{"represented": {"party": fixtures.person}},
)

# whole answers, key by key
test_whole_answer[note] if {
	some [note, asked, base, want] in [
		["by a mandate", fixtures.direct([fixtures.employee]), _allowed, {
			"basis": "mandate",
			"mandates": ["employee"],
			"changes_at": fixtures.now + (300 * fixtures.day),
			"follow_up": {"to": "represented"},
		}],
		["for oneself", _himself, _allowed, {"basis": "self"}],
		["nothing found", object.union(fixtures.direct([]), {"services": [{"service": fixtures.service}]}), _denied, {
			"reasons": ["no_mandate"],
			"branches": null,
			"changes_at": null,
			"loa_required": null,
			"holders_required": null,
		}],
		["nothing asked", {}, _denied, {"reasons": ["actor_unknown", "represented_unknown", "service_unknown"]}],
	]
	authz.decision == object.union(base, want) with input as asked
}

test_paths[note] if {
	long := object.union(fixtures.employee, {"mandate_id": "z", "valid_until": fixtures.now + (301 * fixtures.day)})
	twin := object.union(fixtures.employee, {"mandate_id": "a"})
	some [note, asked, basis, mandates] in [
		["chain", fixtures.chain(fixtures.business, fixtures.employee), "chain", ["business", "employee"]],
		[
			"statutory goes first",
			fixtures.direct([fixtures.appointed, fixtures.employee, fixtures.statutory("signatory")]),
			"statutory", ["signatory"],
		],
		["then appointed", fixtures.direct([fixtures.employee, fixtures.appointed]), "appointed", ["appointed"]],
		["the latest end", fixtures.direct([fixtures.employee, long, twin]), "mandate", ["z"]],
		["then the id", fixtures.direct([fixtures.employee, twin]), "mandate", ["a"]],
		["an onward mandate with its parent", fixtures.direct([fixtures.onward]), "mandate", ["parent", "onward"]],
		[
			"two mandates of which one does not hold",
			fixtures.direct([object.union(long, {"status": "revoked"}), fixtures.employee]), "mandate", ["employee"],
		],
	]
	answer := authz.decision with input as asked
	answer.basis == basis
	answer.mandates == mandates
	answer.allow == true
}

# what stops the actor as himself, or an intermediary that was named, is not got round
test_paths_that_count[note] if {
	ward := {"party": object.union(fixtures.person, {"states": [{"state": "bewind", "since": 0}]})}
	chain := object.union(
		fixtures.chain(fixtures.voluntary, fixtures.employee),
		{"actor": ward, "via_needed": true},
	)
	for_himself := object.union(object.remove(chain, ["represented"]), {"represented": ward})
	assets := {"service": object.union(fixtures.service, {"domain": "assets"}), "direct": [fixtures.voluntary]}
	under_bewind := object.union(for_himself, {"services": [object.union(chain.services[0], assets)]})
	direct := fixtures.direct([fixtures.employee])
	via := {"via": {"party": fixtures.office}}
	some [note, asked, want] in [
		["as himself", for_himself, {"basis": "self"}],
		[
			"not by his own firm when he may not as himself", under_bewind,
			{"reasons": ["represented_under_bewind"]},
		],
		["not as himself through somebody", object.union(_himself, via), {"reasons": ["no_mandate"]}],
		[
			"nor when he works for too many", object.union_n([_himself, via, {"via_needed": true}]),
			{"reasons": ["no_mandate"]},
		],
		["not by one mandate through somebody", object.union(direct, via), {"reasons": ["no_mandate"]}],
		["by a chain through somebody", object.union(chain, via), {"basis": "chain"}],
	]
	answer := authz.decision with input as asked
	every key, value in want {
		answer[key] == value
	}
}

# an owner and his firm are one in law
test_owner[note] if {
	firm := fixtures.direct([fixtures.statutory("owner")])
	found := firm.services[0]
	grounds := {"definition": {"grounds": {"owner": true}}, "instance": {"grounds": {"owner": true}}}
	some [note, domain, states, want] in [
		["free", "assets", [], {"basis": "statutory"}],
		["under bewind, for assets", "assets", [{"state": "bewind", "since": 0}], {"reasons": ["represented_under_bewind"]}],
		["under bewind, for the rest", "general", [{"state": "bewind", "since": 0}], {"basis": "statutory"}],
		["bankrupt", "general", [{"state": "bankrupt", "since": 0}], {"reasons": ["represented_bankrupt"]}],
	]
	service := object.union_n([found.service, grounds, {"domain": domain}])
	actor := object.union(firm.actor, {"party": object.union(firm.actor.party, {"states": states})})
	asked := object.union(firm, {"actor": actor, "services": [object.union(found, {"service": service})]})
	answer := authz.decision with input as asked
	object.filter(answer, object.keys(want)) == want
}

test_holders_of_the_parent if {
	parent := {"mandate": {"joint": {"required": 2, "with": [fixtures.other_person.party_id]}}}
	asked := fixtures.direct([object.union(fixtures.onward, {"parent": parent})])
	holder := object.union(fixtures.other_person, {"states": [{"state": "deceased", "since": fixtures.now + 5}]})
	alone := authz.decision with input as asked
	alone.reasons == ["joint_authority_required"]
	alone.holders_required == 2
	both := authz.decision with input as object.union(asked, {"together": [{"loa": "eh3", "party": holder}]})
	both.allow == true
	both.changes_at == fixtures.now + 5
}

test_portal[note] if {
	here := {"service": fixtures.service, "direct": [fixtures.employee], "chains": []}
	there := {
		"service": object.union(fixtures.service, {"service_id": "elsewhere"}),
		"direct": [object.union(
			fixtures.employee,
			{"status": "revoked", "valid_until": fixtures.now + (100 * fixtures.day)},
		)],
		"chains": [],
	}
	inactive := object.union(fixtures.service, {"definition": {"active": false}})
	some [note, portal, services, want] in [
		["one is open", fixtures.service, [there, here], {
			"allow": true, "basis": "portal", "services": [fixtures.service.service_id],
			"mandates": ["employee"], "changes_at": fixtures.now + (100 * fixtures.day),
		}],
		["both are open with one mandate", fixtures.service, [here, object.union(there, {"direct": here.direct})], {
			"allow": true, "services": ["elsewhere", fixtures.service.service_id], "mandates": ["employee"],
		}],
		["none is open", fixtures.service, [there], {"allow": false, "reasons": ["mandate_revoked"]}],
		["nothing behind it", fixtures.service, [], {"allow": false, "reasons": ["no_mandate"]}],
		["the portal is closed", inactive, [here, there], {"allow": false, "reasons": ["service_inactive"]}],
	]
	asked := object.union(fixtures.direct([]), {"portal": portal, "services": services})
	answer := authz.decision with input as asked
	every key, value in want {
		answer[key] == value
	}
}

test_denied[note] if {
	branch := object.union(fixtures.employee, {"branches": ["000000000001", "000000000002"]})
	joint := object.union(fixtures.employee, {"joint": {"required": 3, "with": ["x"]}})
	low := object.union(fixtures.direct([fixtures.employee]), {"request": {"loa": "eh2"}})
	some [note, asked, want] in [
		["nobody mandated", fixtures.direct([]), {"reasons": ["no_mandate"], "changes_at": null}],
		["login", low, {"reasons": ["loa_insufficient"], "loa_required": "eh3"}],
		["login and more", object.union(low, {"via_needed": true}), {
			"reasons": ["loa_insufficient", "via_required"], "loa_required": null,
		}],
		["too many organisations", object.union(fixtures.direct([]), {"via_needed": true}), {"reasons": ["via_required"]}],
		["branch to choose", fixtures.direct([branch]), {
			"reasons": ["branch_required"], "branches": ["000000000001", "000000000002"],
		}],
		["holders to join", fixtures.direct([joint]), {
			"reasons": ["joint_authority_required"], "holders_required": 3,
		}],
		[
			"the nearest path", fixtures.direct([
				object.union(fixtures.employee, {"status": "revoked", "loa": "eh2", "mandate_id": "a"}),
				object.union(fixtures.employee, {"status": "suspended", "mandate_id": "b"}),
			]),
			{"reasons": ["mandate_suspended"]},
		],
	]
	answer := authz.decision with input as asked
	answer.allow == false
	every key, value in want {
		answer[key] == value
	}
}

test_follow_up if {
	mandate := object.union(fixtures.employee, {"follow_up": "both", "reads_messages": true})
	answer := authz.decision with input as fixtures.direct([mandate])
	answer.follow_up == {"to": "both", "delegate_may_read": true}
}

test_unverified_branch_is_said if {
	asked := object.union(fixtures.direct([fixtures.employee]), {"request": {"branch": "000000000009"}})
	denied := authz.decision with input as asked
	denied.reasons == ["branch_unknown"]
	passed := authz.decision with input as asked with data.settings.unverified_branches_pass as true
	passed.allow == true
	passed.branch_verified == false
}
