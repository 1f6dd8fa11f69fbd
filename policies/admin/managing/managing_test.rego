package admin.managing_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_view(mandates) := acts.by_mandates("mandate.view", {"current": acts.mandate}, mandates)

_with_representative(law, party, mandates) := object.union(_view([]), {"represented": {"representatives": [{
	"mandate": law,
	"managing": acts.side(party, mandates).managing,
}]}})

# whoever represents by law, and whoever manages for him
test_capacity[note] if {
	law := object.union(fixtures.statutory("signatory"), {"mandate_id": "law"})
	own := object.union(fixtures.statutory("signatory"), {"mandate_id": "own"})
	for_clients := object.union(acts.manager, {"reach": "clients"})
	at_home := object.union(acts.manager, {"reach": "own"})
	voluntary := object.union(fixtures.voluntary, {"mandate_id": "volmacht"})
	joint := object.union(law, {"joint": {"required": 2, "with": ["another"]}})
	ended := object.union(law, {"status": "revoked"})
	some [note, asked, capacity, authority] in [
		["a manager", _view([acts.manager]), "manager", ["manager"]],
		["a signatory", _view([law]), "legal_representative", ["law"]],
		["whom a public organisation appointed", _view([fixtures.appointed]), "manager", ["appointed"]],
		["an onward mandate, with its parent", _view([fixtures.onward]), "manager", ["onward", "parent"]],
		["through an organisation, by law", _with_representative(law, fixtures.office, [own]), "legal_representative", [
			"law", "own",
		]],
		["its manager, for clients", _with_representative(law, fixtures.office, [for_clients]), "proxy", ["law", "manager"]],
		["its manager, for itself", _with_representative(law, fixtures.office, [at_home]), null, []],
		["for a person", _with_representative(law, fixtures.other_person, [voluntary]), "proxy", ["law", "volmacht"]],
		["one of two", _with_representative(joint, fixtures.other_person, [voluntary]), "proxy", ["law", "volmacht"]],
		["who represents no more", _with_representative(ended, fixtures.other_person, [voluntary]), null, []],
		["by what is no law", _with_representative(acts.manager, fixtures.other_person, [voluntary]), null, []],
		["for the party itself", _with_representative(law, fixtures.firm, [voluntary]), null, []],
	]
	answer := data.admin.decision with input as asked
	answer.capacity == capacity
	answer.authority == authority
}

# without a question nobody could be asked about the law
test_no_question if {
	law := fixtures.statutory("signatory")
	asked := _with_representative(law, fixtures.office, [fixtures.statutory("signatory")])
	side := {"represented": object.remove(asked.represented, ["managing"])}
	not data.admin.decision.allow with input as object.union(object.remove(asked, ["represented"]), side)
}

# every rule of the decision holds for managing too
test_as_any_other_question[note] if {
	some [note, change, want] in [
		["right", {}, []],
		["means", {"means": {"active": false}}, ["means_inactive"]],
		["level", {"loa": "eh2"}, ["loa_insufficient"]],
		["deceased", {"party": {"states": [{"state": "deceased", "since": 0}]}}, ["actor_deceased"]],
	]
	who := object.union(acts.actor, change)
	asked := object.union(_view([acts.manager]), {
		"actor": who,
		"represented": {"managing": {"actor": who, "request": {"loa": who.loa}}},
	})
	data.admin.decision.reasons == want with input as asked
}

test_of_a_bankrupt if {
	bankrupt := object.union(fixtures.firm, {"states": [{"state": "bankrupt", "since": 0}]})
	asked := object.union(_view([acts.manager]), {
		"represented": {"party": bankrupt, "managing": {"represented": {"party": bankrupt}}},
	})
	data.admin.decision.reasons == ["represented_bankrupt"] with input as asked
}

_about_himself := {"mandate.grant": {"mandate": _voluntary}, "mandate.view": {"current": _voluntary}}

_voluntary := object.union(object.remove(acts.mandate, ["reach"]), {
	"kind": "voluntary", "represented": fixtures.person.party_id, "represented_kind": "person",
})

# a person under curatele sees what is registered, and grants nothing
test_himself[note] if {
	ward := object.union(fixtures.person, {"states": [{"state": "curatele", "since": 0}]})
	some [note, name, person, want] in [
		["grants", "mandate.grant", fixtures.person, []],
		["sees", "mandate.view", fixtures.person, []],
		["sees, under curatele", "mandate.view", ward, []],
		["grants, under curatele", "mandate.grant", ward, ["actor_under_curatele", "represented_under_curatele"]],
	]
	who := object.union(acts.actor, {"party": person})
	asked := object.union(acts.by_mandates(name, _about_himself[name], []), {
		"actor": who,
		"represented": {"party": person, "managing": {"actor": who, "represented": {"party": person}}},
	})
	data.admin.decision.reasons == want with input as asked
}

_of_domains(domains) := [object.union(acts.tax, {"service_uuid": domain, "domain": domain}) | some domain in domains]

# what the mandates are for, not what managing is, is what bewind stops and a ground reaches
test_domain_of_what_is_granted[note] if {
	ward := object.union(fixtures.person, {"states": [{"state": "bewind", "since": 0}]})
	who := object.union(acts.actor, {"party": ward})
	some [note, name, scope, want] in [
		["not for assets", "mandate.grant", {"services": _of_domains(["assets"])}, ["represented_under_bewind"]],
		["nor among others", "mandate.grant", {"services": _of_domains(["general", "assets"])}, [
			"represented_under_bewind",
		]],
		["nor all of an owner", "mandate.grant", {"owner": "owner"}, ["represented_under_bewind"]],
		["but elsewhere", "mandate.grant", {"services": _of_domains(["general", "personal_care"])}, []],
		["nor brought back", "mandate.reactivate", {"services": _of_domains(["assets"])}, ["represented_under_bewind"]],
		["but seen", "mandate.view", {"services": _of_domains(["assets"])}, []],
	]
	mandate := object.union_n([object.remove(_voluntary, ["services"]), {"services": []}, scope])
	about := {"mandate.grant": {"mandate": mandate}}
	asked := object.union(acts.by_mandates(name, object.get(about, name, {"current": mandate}), []), {
		"actor": who,
		"represented": {"party": ward, "managing": {"actor": who, "represented": {"party": ward}}},
	})
	data.admin.decision.reasons == want with input as asked
}

test_ground_reaches_what_is_granted[note] if {
	terms := {"grounds": {"mentorschap": true}}
	some [note, ground, scope, want] in [
		["bewind, assets", "bewind", {"services": _of_domains(["assets"])}, []],
		["bewind, elsewhere", "bewind", {"services": _of_domains(["general"])}, ["domain_not_served"]],
		["bewind, both", "bewind", {"services": _of_domains(["assets", "general"])}, ["domain_not_served"]],
		["bewind, everything", "bewind", {"services": [], "all_services": true}, ["domain_not_served"]],
		["a signatory, everything", "signatory", {"services": [], "all_services": true}, []],
		["mentorschap, care", "mentorschap", {"services": _of_domains(["personal_care"])}, []],
		["mentorschap, assets", "mentorschap", {"services": _of_domains(["assets"])}, ["domain_not_served"]],
	]
	law := object.union(fixtures.statutory(ground), {"mandate_id": "law"})
	mandate := object.union(object.remove(acts.mandate, ["services"]), scope)
	opened := [object.union(asked, {"service": {"definition": terms, "instance": terms}}) |
		some asked in acts.by_mandates("mandate.view", {}, [law]).represented.managing.services
	]
	view := acts.by_mandates("mandate.view", {"current": mandate}, [law])
	asked := object.union(view, {"represented": {"managing": {"services": opened}}})
	data.admin.decision.reasons == want with input as asked
}

# by the law of another, the ground is that other's
test_ground_of_another if {
	law := object.union(fixtures.statutory("bewind"), {"mandate_id": "law"})
	own := object.union(fixtures.statutory("signatory"), {"mandate_id": "own"})
	asked := _with_representative(law, fixtures.office, [own])
	data.admin.decision.reasons == ["domain_not_served"] with input as asked
}
