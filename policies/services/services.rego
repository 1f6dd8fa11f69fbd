# METADATA
# title: What a service asks besides
# description: |
#   A service owner's own conditions (R43, R46). They only take away: whatever they say, nothing is allowed that the
#   general rules deny.
package services

# METADATA
# title: What the owner of this service has against this path
# description: A set of reasons; empty when he has nothing against it.
objections(_, _) := set()
