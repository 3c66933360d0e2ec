-- Less for each role: what identifies a row, and what another step writes, is not theirs to change. And an end
-- to patience, for whoever connects by other means than our programs, which say the same (`store::role`).
set local search_path = app, pg_temp;

-- What is sent where, and to whom, is fixed when a channel is made; a watch's channels and questions are rows
-- that come and go, not rows that turn into others.
revoke update on channel, watch_channel, watch_target from ferry_app;
grant update (verified_at, disabled_at, disabled_reason) on channel to ferry_app;
grant update (asked_from, asked_until, evaluated_at, evaluated_version) on watch_target to ferry_app;

-- A worker closes alerts and moves deliveries and attempts on. It never re-addresses one, nor changes what it told.
revoke update on alert, delivery, attempt from ferry_worker;
grant update (closed_at, closed_reason) on alert to ferry_worker;
grant update (state, attempts, next_attempt_at, sent_at, outcome) on delivery to ferry_worker;
grant update (finished_at, outcome) on attempt to ferry_worker;

-- A sailing keeps its identity; a fact keeps its sailing and target.
revoke update on sailing, fact from ferry_worker;
grant update (departs_local, departs_at, vessel) on sailing to ferry_worker;
grant update (facts, observed_at) on fact to ferry_worker;

-- Statement, wait for a lock, idle transaction. An app's statement has somebody waiting for a page. A worker's
-- claim of a change stands idle while its pages are judged.
do $$
declare
  patience record;
begin
  for patience in values ('ferry_app', '5s', '3s', '10s'), ('ferry_auth', '5s', '3s', '10s'),
                         ('ferry_worker', '60s', '15s', '900s'), ('ferry_admin', '30s', '5s', '60s') loop
    execute format('alter role %I in database %I set statement_timeout = %L', patience.column1, current_database(), patience.column2);
    execute format('alter role %I in database %I set lock_timeout = %L', patience.column1, current_database(), patience.column3);
    execute format('alter role %I in database %I set idle_in_transaction_session_timeout = %L',
                   patience.column1, current_database(), patience.column4);
  end loop;
end
$$;
