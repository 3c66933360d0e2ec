-- A page of a dashboard reads as far as its end, what a tenant uses of its plan is counted in the same index, and the few watches that
-- come before all others are found by a look each without reading their rows.
set local search_path = app, pg_temp;

drop index watch_board;
create index watch_board on watch (tenant_id, state, first_day, expires_at, id) include (watched_days, snoozed_until);
drop index watch_running;
drop index watch_by_id;
create index watch_by_id on watch (id) include (tenant_id, state, first_day, expires_at);
