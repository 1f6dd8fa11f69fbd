# METADATA
# title: Means
# description: |
#   An employer decides on the means that it issued (R71); everybody sees his own, and may switch it off. Who is
#   behind a means is for the registrar to say (R13, R14).
# schemas:
#   - input: schema.admin
package admin.means

# METADATA
# title: What speaks against it as to means
# custom:
#   reasons:
#     not_issued_by_party: The means was not issued by this party.
reasons(who) := {"not_issued_by_party" |
	startswith(input.act.name, "means.")
	who.role in ["legal_representative", "manager"]
	not _issued_by_party
}

_issued_by_party if input.act.means_owner == input.represented.party.party_id
