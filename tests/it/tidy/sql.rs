//! SQL text is static and stays in `store`; the pool never leaves it.
//!
//! Promises the static half of SR-AUZ-04, SR-INJ-01 and SR-TEN-03. Never looks at a running database: `isolation` does.

use super::{
    assert_passes, assert_sees, assert_tidy,
    source::{self, Source, words_at},
};

/// How SQL strings begin; used to tell a `format!` of SQL from a `format!` of a sentence.
const SQL_WORDS: [&str; 14] = [
    "select ",
    "insert ",
    "update ",
    "delete ",
    "with ",
    "set ",
    "call ",
    "listen ",
    "notify ",
    "alter ",
    "create ",
    "drop ",
    "truncate ",
    "grant ",
];

/// The functions of sqlx that take SQL as an argument instead of checking it when compiled.
const UNCHECKED: [&str; 8] = [
    "sqlx::query(",
    "sqlx::query_with(",
    "sqlx::query_as(",
    "sqlx::query_as_with(",
    "sqlx::query_scalar(",
    "sqlx::query_scalar_with(",
    "sqlx::raw_sql(",
    "sqlx::query_as::<",
];

/// Shipped code in which SQL could be put together while it runs.
fn dynamic_sql(source: &Source) -> Vec<String> {
    if !source.is_rust() || source.is_for_development() {
        return Vec::new();
    }
    let mut defects = source.places_of("AssertSqlSafe", "SQL text is static");
    defects.extend(source.places_of("QueryBuilder", "SQL text is static: pass arrays and unnest them"));
    if source.is_in(&["crates/store/"]) {
        defects.extend(formatted_sql(source));
        // sqlx takes `&'static str`: a leaked string would be one.
        for leak in ["leak(", "Box::leak"] {
            defects.extend(source.places_of(leak, "a leaked string can be SQL that is not in the source"));
        }
        for call in UNCHECKED {
            defects.extend(unchecked_calls(source, call));
        }
        defects.extend(
            source.places_of("use sqlx::query", "write sqlx::query! in full, so that a call can be told from a macro"),
        );
    }
    defects
}

/// Calls of an unchecked function whose SQL is not a literal that begins right there.
fn unchecked_calls(source: &Source, call: &str) -> Vec<String> {
    let is_literal = |at: &usize| {
        let after = source.code[at + call.len()..].split_once('(').map_or("", |(_, rest)| rest);
        let argument = if call.ends_with('(') { &source.code[at + call.len()..] } else { after };
        let argument = argument.trim_start();
        argument.starts_with('"') || argument.starts_with("r\"") || argument.starts_with("r#")
    };
    words_at(&source.code, call)
        .filter(|at| !is_literal(at))
        .map(|at| source.defect(at, "SQL that is not a literal"))
        .collect()
}

/// `format!` whose text begins like SQL.
fn formatted_sql(source: &Source) -> Vec<String> {
    let mut defects = Vec::new();
    for (at, _) in source.code.match_indices("format!(") {
        let argument =
            source.text[at + "format!(".len()..].trim_start().trim_start_matches(['r', '#', '"']).to_lowercase();
        if SQL_WORDS.iter().any(|word| argument.trim_start().starts_with(word)) {
            defects.push(source.defect(at, "SQL put together by format!"));
        }
    }
    defects
}

/// A function in a migration that runs SQL it put together: it would run with the caller's values. `do` blocks run once, when migrating.
fn dynamic_function(source: &Source) -> Vec<String> {
    if !source.path.ends_with(".sql") {
        return Vec::new();
    }
    let mut defects = Vec::new();
    let mut before = "";
    let mut offset = 0;
    for (at, part) in source.text.split("$$").enumerate() {
        let statement = before.rsplit(';').next().unwrap_or("").to_lowercase();
        let is_function_body = at % 2 == 1 && words_at(&statement, "function").next().is_some();
        if is_function_body && let Some(execute) = words_at(&part.to_lowercase(), "execute").next() {
            defects.push(source.defect(offset + execute, "a function that puts SQL together"));
        }
        offset += part.len() + "$$".len();
        before = part;
    }
    defects
}

/// A public item of `store` that shows the pool or a connection, or any other shipped crate that names them.
fn pool_shown(source: &Source) -> Vec<String> {
    if !source.is_rust() || source.is_for_development() {
        return Vec::new();
    }
    let handles = ["PgPool", "PgConnection", "PgPoolOptions", "Pool<", "PoolConnection", "Transaction<"];
    if !source.is_in(&["crates/store/"]) {
        return handles
            .iter()
            .flat_map(|handle| source.places_of(handle, "names a database handle of store"))
            .collect();
    }
    let mut defects = Vec::new();
    for (at, _) in source.code.match_indices("pub ") {
        // The item's head: a signature up to its body, a field up to its comma, an alias up to its semicolon.
        let item = &source.code[at..];
        let is_function = item.split('(').next().is_some_and(|head| words_at(head, "fn").next().is_some());
        let head = item.split(if is_function { ['{', ';'] } else { ['\n', ';'] }).next().unwrap_or("");
        if handles.iter().any(|handle| words_at(head, handle).next().is_some()) {
            defects.push(source.defect(at, "a public item shows a database handle"));
        }
    }
    defects
}

/// What the types that prove a right may be made by: fields of these are private, and a literal of one stands only in its own file.
fn forged_proof(source: &Source) -> Vec<String> {
    let mut defects = Vec::new();
    for proof in ["Membership", "Claimed", "TenantTx", "PublicTx", "Capability", "PlatformTx"] {
        for opening in [format!("struct {proof} {{"), format!("struct {proof}<Id> {{")] {
            for (at, _) in source.code.match_indices(&opening) {
                let body = source.code[at + opening.len()..].split('}').next().unwrap_or("");
                if body.contains("pub ") {
                    defects.push(source.defect(at, "a proof with a public field can be forged"));
                }
            }
        }
    }
    defects
}

/// A row type of `store` that could be sent as it is: what leaves the app is a view that was chosen field by field.
fn serialised_rows(source: &Source) -> Vec<String> {
    if !source.is_rust() || !source.is_in(&["crates/store/"]) {
        return Vec::new();
    }
    source.places_of("Serialize", "a row that can be sent as it is: write a view in app")
}

#[test]
fn sr_auz_04_rows_of_store_are_never_serialised() {
    let store = "crates/store/src/watch.rs";
    assert_sees(serialised_rows, store, "#[derive(Clone, Serialize)]\npub struct Row;", "write a view in app");
    assert_sees(serialised_rows, store, "impl serde::Serialize for Row {}", "write a view in app");
    assert_passes(serialised_rows, "app/src/watches.rs", "#[derive(Serialize)]\nstruct View;");
    assert_tidy(serialised_rows);
}

#[test]
fn sr_inj_01_sql_text_is_static() {
    let store = "crates/store/src/watch.rs";
    assert_sees(dynamic_sql, store, "sqlx::query(AssertSqlSafe(text))", "SQL text is static");
    assert_sees(dynamic_sql, store, "sqlx::query(&text)", "SQL that is not a literal");
    assert_sees(dynamic_sql, store, "sqlx::query_as::<_, Row>(\n    text)", "SQL that is not a literal");
    assert_sees(dynamic_sql, store, "let q = format!(\"select * from {table}\");", "SQL put together by format!");
    assert_sees(dynamic_sql, store, "format!(r#\"Delete from {t}\"#)", "SQL put together by format!");
    assert_sees(
        dynamic_sql,
        "app/src/watches.rs",
        "QueryBuilder::<Postgres>::new(text)",
        "pass arrays and unnest them",
    );
    assert_sees(dynamic_sql, store, "sqlx::query(String::leak(text))", "a leaked string");
    assert_sees(dynamic_sql, store, "let mut q = QueryBuilder::new(\"\");", "pass arrays and unnest them");
    assert_sees(dynamic_sql, store, "use sqlx::query;", "write sqlx::query! in full");
    assert_passes(
        dynamic_sql,
        store,
        "sqlx::query!(\"select 1\"); sqlx::query(\n  r#\"select 1\"#); format!(\"no watch {id}\")",
    );
    assert_tidy(dynamic_sql);
}

#[test]
fn sr_inj_01_database_functions_put_no_sql_together() {
    let migration = "migrations/0009_x.sql";
    let function = "-- Why.\ncreate function f(t text) returns void language plpgsql as $$ begin execute 'drop table ' || t; end $$;";
    assert_sees(dynamic_function, migration, function, "migrations/0009_x.sql:2: a function that puts SQL together");
    assert_passes(
        dynamic_function,
        migration,
        "-- Why.\ndo $$ begin execute format('grant x on %I to y', 'z'); end $$;",
    );
    let grant =
        "create function f() returns int language sql as $$ select 1 $$;\ngrant execute on function f() to ferry_app;";
    assert_passes(dynamic_function, migration, grant);
    assert_tidy(dynamic_function);
}

#[test]
fn sr_ten_03_the_pool_never_leaves_store() {
    let store = "crates/store/src/lib.rs";
    assert_sees(pool_shown, store, "pub struct Store {\n    pub pool: PgPool,\n}", "a public item shows");
    assert_sees(
        pool_shown,
        store,
        "impl Store { pub fn pool(&self) -> &PgPool { &self.pool } }",
        "a public item shows",
    );
    assert_sees(
        pool_shown,
        store,
        "pub fn raw(\n    tx: TenantTx,\n) -> Transaction<'static, Postgres> { tx.tx }",
        "a public item shows",
    );
    assert_sees(pool_shown, store, "pub use sqlx::PgPool;", "a public item shows");
    assert_sees(pool_shown, store, "pub type Door = sqlx::Pool<Postgres>;", "a public item shows");
    assert_sees(pool_shown, "app/src/lib.rs", "fn f(pool: store::PgPool) {}", "names a database handle");
    assert_passes(
        pool_shown,
        store,
        "pub struct Store {\n    pool: PgPool,\n}\npub(crate) tx: Transaction<'static, Postgres>,",
    );
    assert_tidy(pool_shown);
}

#[test]
fn sr_ten_03_a_proof_of_right_cannot_be_forged() {
    let open = "pub struct Membership {\n    pub tenant: Uuid,\n}";
    assert_sees(forged_proof, "crates/store/src/tenant.rs", open, "a proof with a public field");
    assert_sees(
        forged_proof,
        "crates/store/src/tenant.rs",
        "pub struct Claimed<Id> { tenant: Uuid, pub id: Id }",
        "a proof with",
    );
    assert_passes(forged_proof, "crates/store/src/tenant.rs", "pub struct Membership {\n    tenant: Uuid,\n}");
    assert_tidy(forged_proof);
    let defined = |proof: &str| source::all().iter().any(|source| source.code.contains(&format!("pub struct {proof}")));
    for proof in ["Membership", "Claimed", "TenantTx", "PublicTx", "Capability"] {
        assert!(defined(proof), "{proof} is gone: the rule guards nothing");
    }
}
