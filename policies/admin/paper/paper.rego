# METADATA
# title: On paper
# description: |
#   The registrar enters what a manager or legal representative asked on paper, with a signature that was compared and
#   evidence that goes with the level; nothing at eh4, where no other procedure is allowed (R79, R97, R98, R99).
# schemas:
#   - input: schema.admin
package admin.paper

import data.admin.acts

# METADATA
# title: What speaks against it as a request on paper
# custom:
#   reasons:
#     paper_by_registrar_only: What came on paper is entered by the registrar.
#     paper_required: The registrar acts for a party on a request on paper only.
#     paper_evidence_missing: The evidence that a request on paper needs at this level is not there.
reasons(who) := union({
	{"paper_by_registrar_only" | acts.is("makes"); not input.act.current; acts.made.channel == "paper"; not _keeper(who)},
	{"paper_required" | _for_a_party(who); not _on_paper},
	{"paper_evidence_missing" | _for_a_party(who); _on_paper; not _proved},
})

_keeper(who) if who.role == "registrar"

# what the party itself would ask
_for_a_party(who) if {
	_keeper(who)
	data.tables.acts[input.act.name].needs
	some mandate in acts.concerned
	mandate.kind in ["employee", "business", "voluntary"]
}

_on_paper if acts.made.channel == "paper"

_proved if {
	every alternatives in data.tables.paper_evidence[acts.made.loa] {
		some kind in acts.made.evidence
		kind in alternatives
	}
}
