# METADATA
# title: Which intermediaries may act
# description: |
#   The owner of the service lists them by KvK number, `{"62640001": true}` (R43, R107).
package services.intermediaries

# METADATA
# title: What the owner has against this path
# description: See `listed` (R43, R107).
objections(wanted, path) := {"intermediary_not_listed" | not listed(wanted, path)}

# METADATA
# title: Every organisation in between is on the owner's list
# description: |
#   The intermediary of a chain, and an organisation that passed its mandate on, to its own people or to another
#   organisation. One without a KvK number cannot be listed; a person who passed on is none (R43, R50, R107).
# scope: document
# custom:
#   reasons:
#     intermediary_not_listed: The owner of the service has not put this intermediary on his list.
listed(wanted, path) if every one in _between(path) {
	wanted[one.kvk] == true
}

_between(path) := array.concat(path.parties, [mandate.parent.delegate |
	some mandate in path.links
	not mandate.parent.delegate.kind == "person"
])
