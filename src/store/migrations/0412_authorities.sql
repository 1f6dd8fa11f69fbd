-- A curator or bewindvoerder grants in his client's name (R118): what he grants is not what the client granted.

alter table mandates drop constraint granted_under_is_known,
  add constraint granted_under_is_known
    check (granted_under in ('bankruptcy_curator', 'liquidator', 'appointed', 'curatele', 'bewind')) not valid;
