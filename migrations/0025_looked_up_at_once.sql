-- What every page asks of much that is stored, by one look at an index each.
set local search_path = app, pg_temp;

-- Which of a tenant's watches have space now: every dashboard asks it, of all of them.
create index alert_open_of_watch on alert (tenant_id, watch_id) where released_at is not null and closed_at is null;

-- What one target told of a sailing, the newest first: for each sailing of a month.
create index change_told on change (sailing_id, target_id, id);
drop index change_history;
