-- Several projections of one register, each with a stream of uses of its own.

alter table use_position drop constraint use_position_pkey;
alter table use_position drop column only_row;
alter table use_position add column projection text primary key default 'main';
