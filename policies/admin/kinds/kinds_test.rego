package admin.kinds_test

import data.admin.fixtures_test as acts
import data.fixtures_test as fixtures

_statutory := object.union(object.remove(acts.mandate, ["reach", "valid_until"]), {
	"kind": "statutory", "ground": "bankruptcy_curator",
})

_appointed := object.union(object.remove(acts.mandate, ["reach"]), {"kind": "appointed"})

_verified := {"verified_by": ["telephone"]}

_of_court(about) := acts.system("court", "mandate.grant", object.union(_verified, about))

test_who_keeps_what[note] if {
	signatory := object.union(_statutory, {"ground": "signatory"})
	some [note, asked, want] in [
		["a manager grants an appointment", acts.by_mandates("mandate.grant", {"mandate": _appointed}, [acts.manager]), [
			"kind_not_for_this_capacity",
		]],
		["a manager ends what the law gave", acts.by_mandates("mandate.revoke", {"current": _statutory}, [acts.manager]), [
			"kind_not_for_this_capacity",
		]],
		["a service owner appoints", acts.system("service_owner", "mandate.grant", {"mandate": _appointed}), []],
		["a service owner mandates", acts.system("service_owner", "mandate.grant", {"mandate": acts.mandate}), [
			"kind_not_for_this_capacity",
		]],
		["a court names a curator", _of_court({"mandate": _statutory}), []],
		["a court names a signatory", _of_court({"mandate": signatory}), [
			"kind_not_for_this_capacity",
		]],
		["the registrar registers a curator", acts.system("registrar", "mandate.grant", {"mandate": _statutory}), []],
	]
	data.admin.decision.reasons == want with input as asked
}

test_kinds_kept if {
	asked := acts.grant({})
	kept := {"business": true}
	data.admin.decision.reasons == ["kind_not_kept_here"] with input as asked with data.settings.kinds as kept
	appoints := acts.by_mandates("manager.appoint", {"mandate": acts.managing_mandate}, [fixtures.statutory("signatory")])
	data.admin.decision.allow with input as appoints with data.settings.kinds as kept
}

test_granted_under[note] if {
	curator := fixtures.statutory("bankruptcy_curator")
	under := {"granted_under": "bankruptcy_curator"}
	mandate := object.union(acts.mandate, under)
	named := object.union(acts.manager, under)
	some [note, asked, want] in [
		["a curator", acts.by_mandates("mandate.grant", {"mandate": mandate}, [curator]), []],
		["his manager", acts.by_mandates("mandate.grant", {"mandate": mandate}, [named]), []],
		["a manager", acts.by_mandates("mandate.grant", {"mandate": mandate}, [acts.manager]), ["authority_not_own"]],
		[
			"what it says already", acts.by_mandates(
				"mandate.change", {
					"current": mandate,
					"mandate": mandate,
				},
				[acts.manager],
			),
			[],
		],
		["a registrar", acts.system("registrar", "mandate.grant", {"mandate": object.union(_appointed, under)}), []],
	]
	data.admin.decision.reasons == want with input as asked
}

# the authority of a proxy is that of the law for the represented
test_authority_of_a_proxy if {
	law := object.union(fixtures.statutory("bankruptcy_curator"), {"mandate_id": "law"})
	own := object.union(fixtures.statutory("signatory"), {"mandate_id": "own"})
	mandate := object.union(acts.mandate, {"granted_under": "bankruptcy_curator"})
	one := {"mandate": law, "managing": acts.side(fixtures.office, [own]).managing}
	asked := object.union(acts.by_mandates("mandate.grant", {"mandate": mandate}, []), {"represented": {
		"representatives": [one],
	}})
	data.admin.decision.allow with input as asked
}

test_survivor[note] if {
	voluntary := object.union(object.remove(acts.mandate, ["reach"]), {
		"kind": "voluntary", "survivor": true, "represented": fixtures.person.party_id, "represented_kind": "person",
	})
	himself := {"represented": {"party": fixtures.person, "managing": {"represented": {"party": fixtures.person}}}}
	other := object.union(acts.mandate, {"kind": "voluntary", "survivor": true})
	anew := object.union(other, {"mandate_id": "anew"})
	some [note, asked, want] in [
		["himself", object.union(acts.by_mandates("mandate.grant", {"mandate": voluntary}, []), himself), []],
		["a manager", acts.by_mandates("mandate.grant", {"mandate": other}, [acts.manager]), ["survivor_by_himself_only"]],
		["as it was", acts.by_mandates("mandate.change", {"current": other, "mandate": other}, [acts.manager]), []],
		["to another", acts.by_mandates("mandate.transfer", {"current": other, "mandate": anew}, [acts.manager]), [
			"survivor_by_himself_only",
		]],
		["for longer", acts.by_mandates("mandate.renew", {"current": other, "mandate": anew}, [acts.manager]), [
			"survivor_by_himself_only",
		]],
	]
	data.admin.decision.reasons == want with input as asked
}

test_lifting[note] if {
	some [note, role, by, want] in [
		["a manager his own", null, "manager", []],
		["a manager nobody's", null, null, []],
		["a manager a court's", null, "court", ["suspended_by_authority"]],
		["a manager an intervention's", null, "service_owner", ["suspended_by_authority"]],
		["a court its own", "court", "court", []],
		["a registrar his own", "registrar", "registrar", []],
	]
	current := _suspended_by(by)
	data.admin.decision.reasons == want with input as _asks(role, {"current": current})
}

test_not_lifted_by_another_authority if {
	current := object.union(acts.mandate, {"status": "suspended", "suspended_by": "manager"})
	every role in ["court", "registrar", "service_owner"] {
		not data.admin.decision.allow with input as _asks(role, {"current": current})
	}
}

_suspended_by(null) := object.union(acts.mandate, {"status": "suspended"})

_suspended_by(by) := object.union(acts.mandate, {"status": "suspended", "suspended_by": by}) if by != null

_asks(role, about) := acts.by_mandates("mandate.reactivate", about, [acts.manager]) if role == null

else := acts.system(role, "mandate.reactivate", object.union(about, _verified))
