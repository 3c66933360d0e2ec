-- A page of a dashboard reads as far as its end, and what a tenant uses of its plan is counted in the same index.
set local search_path = app, pg_temp;

drop index watch_board;
create index watch_board on watch (tenant_id, state, first_day, expires_at, id) include (watched_days, snoozed_until);
drop index watch_running;
