-- The next sailings of an operator, for the first page: without this, those of an operator that has few are looked for among all.
set local search_path = app, pg_temp;

create index sailing_soonest on sailing (operator_id, departs_at, key);
