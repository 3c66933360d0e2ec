-- Which of a tenant's watches have space now, read from the index alone: every dashboard asks it, of all of them.
set local search_path = app, pg_temp;

create index alert_open_of_watch on alert (tenant_id, watch_id) where released_at is not null and closed_at is null;
