# METADATA
# title: On paper
# description: |
#   The registrar enters what a manager or legal representative asked on paper: what the signer may ask is judged as if
#   he had come himself. The signature was compared, and the evidence goes with the level; nothing at eh4, where no
#   other procedure is allowed (R79, R90, R97, R98, R99).
# schemas:
#   - input: schema.admin
package admin.paper

import data.admin.acts
import data.admin.level

# METADATA
# title: What speaks against it as a request on paper
# custom:
#   reasons:
#     paper_by_registrar_only: What came on paper is entered by the registrar.
#     paper_required: The registrar acts for a party on a request on paper only.
#     paper_evidence_missing: The evidence that a request on paper needs at this level is not there.
reasons(who) := union({
	{"paper_by_registrar_only" | _begins_on_paper; not _through_registrar(who)},
	{"paper_required" | _for_a_party(who)},
	{"paper_evidence_missing" | who.paper; not _proved},
})

_begins_on_paper if {
	acts.is("makes")
	not input.act.current
	input.act.mandate.channel == "paper"
}

_through_registrar(who) if who.role == "registrar"

_through_registrar(who) if who.paper

# what the party itself would ask; what the registrar suspended he lifts himself
_for_a_party(who) if {
	who.role == "registrar"
	not acts.is("looks")
	not input.act.name == "mandate.reactivate"
	some mandate in acts.concerned
	mandate.kind in ["employee", "business", "voluntary"]
}

_proved if {
	not _begins_digitally
	every alternatives in data.tables.paper_evidence[level.required] {
		some kind in input.act.paper.evidence
		kind in alternatives
	}
}

# a suspension in haste takes the signature alone, and says why (R99, R103)
_proved if {
	acts.deviates
	some kind in input.act.paper.evidence
	kind in object.get(data.tables.paper_evidence, ["eh2", "signature"], [])
}

_begins_digitally if {
	acts.is("makes")
	not input.act.current
	input.act.mandate.channel == "digital"
}
