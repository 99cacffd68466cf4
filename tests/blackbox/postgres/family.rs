//! Redshift and CockroachDB on stand-ins: a PostgreSQL whose `version()` and catalogs are dressed up as theirs.
//!
//! No such server runs where these tests run. The stand-ins show that the statements are sound SQL over the columns
//! that the vendors document, and that what comes back is put together rightly; they are not the products.

use serde_json::{Value, json};

use super::{cached, columns, named, summary};
use crate::support::{Setup, Source};

async fn create(setup: &Setup, source: &Source, kind: &str) -> Vec<Value> {
    let (_server, client) = setup.client();
    let mut body = source.body("x");
    body["datasourceType"] = json!(kind);
    client.create(&body).await.ok();
    cached(setup, "x").await
}

#[tokio::test]
async fn cockroachdb_stand_in_hides_hidden_columns() {
    let setup = Setup::sqlite().await;
    let source = Source::new().await;
    source.sql("create table public.t (id int primary key, name varchar(20) not null default 'x', ref int references public.t, sum int generated always as (1 + 1) stored, rowid int)").await;
    source.sql("create table public.hidden_only (rowid int); create schema pgboss; create table pgboss.job (id int)").await;
    source.admin_sql("create table public.not_mine (rowid int)").await;
    source.sql("create view public.v as select id, name from public.t; comment on table public.t is 'a table'; comment on column public.t.name is 'a column'").await;
    // The two columns that CockroachDB adds to information_schema.columns, and its version().
    source
        .admin_sql(&format!(
            "create schema shim; grant usage on schema shim to public;
             create function shim.version() returns text language sql as $$ select 'CockroachDB CCL v23.2.1 (x86_64-pc-linux-gnu, built 2024/02/01 00:00:00, go1.21.5)' $$;
             alter database {0} set search_path = shim, public, pg_catalog",
            source.database
        ))
        .await;
    let mut connection = source.connection().await;
    let definition: String = sqlx::query_scalar("select pg_get_viewdef('information_schema.columns'::regclass)")
        .fetch_one(&mut connection)
        .await
        .expect("definition");
    let inner = definition.trim_end_matches(';');
    let extended = format!(
        "create or replace view information_schema.columns as select c.*, case when column_name = 'rowid' then 'YES' else 'NO' end as is_hidden,
         case data_type when 'integer' then 'INT8' when 'character varying' then 'VARCHAR(' || character_maximum_length || ')' else upper(data_type) end as crdb_sql_type
         from ({inner}) c"
    );
    source.admin_sql(&extended).await;
    let tables = create(&setup, &source, "cockroachdb").await;
    assert_eq!(
        columns(named(&tables, "t")),
        ["id: INT8 → integer", "name: VARCHAR(20) → string", "ref: INT8 → integer", "sum: INT8 → integer"]
    );
    let table = named(&tables, "t");
    assert_eq!((&table["comment"], &table["kind"], &table["primaryKey"]), (&json!("a table"), &json!("table"), &json!(["id"])));
    assert_eq!(table["foreignKeys"], json!([{"columns": ["ref"], "references": {"schema": "public", "table": "t", "columns": ["id"]}}]));
    assert_eq!((&table["columns"][1]["comment"], &table["columns"][1]["nullable"]), (&json!("a column"), &json!(false)));
    assert_eq!((&table["columns"][3]["generated"], &table["columns"][3]["default"]), (&json!("stored"), &json!("(1 + 1)")));
    assert_eq!(named(&tables, "v")["kind"], "view");
    assert_eq!(named(&tables, "hidden_only")["columns"], json!([]));
    assert_eq!(named(&tables, "job")["schema"], "pgboss");
    assert_eq!(tables.len(), 4, "and nothing that may not be read");
    let store = store::open(&setup.database_url.as_str().into(), 1).await.expect("store");
    let tenant = store.organisation("acme").await.expect("look-up").expect("there").tenant;
    let stored = store.datasource(tenant, "x").await.expect("look-up").expect("there");
    let server = stored.server.expect("a tested datasource");
    assert_eq!((server.product.as_str(), server.version.as_str()), ("CockroachDB", "23.2.1"));
}

#[tokio::test]
async fn redshift_stand_in_reads_external_schemas() {
    let setup = Setup::sqlite().await;
    let source = Source::new().await;
    source.sql("create schema spectrum; create table public.orders (id int primary key, total numeric(12,2) not null default 0, note varchar(40), up int references public.orders); create view public.late as select 1 as one").await;
    source
        .admin_sql(&format!(
            "create schema shim; grant usage on schema shim to public;
             create function shim.version() returns text language sql as
                $$ select 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.77467' $$;
             create view shim.svv_tables as select table_catalog, table_schema, table_name, table_type, case table_name when 'orders' then 'all orders' end as remarks
                from information_schema.tables where table_schema in ('public') union all select 'dev', 'spectrum', 'clicks', 'EXTERNAL TABLE', null
                union all select 'dev', 'public', 'loose', 'VIEW', null;
             create view shim.svv_columns as select table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
                character_maximum_length, numeric_precision, numeric_scale, case column_name when 'note' then 'a note' end as remarks
                from information_schema.columns where table_schema in ('public')
                union all select 'dev', 'spectrum', 'clicks', 'at', 1, null, 'YES', 'timestamp', null, null, null, null;
             create view shim.svv_external_schemas as select 'spectrum'::text as schemaname;
             create view shim.svv_external_tables as select 'spectrum'::text as schemaname, 'clicks'::text as tablename union all select 'spectrum', 'bare';
             create view shim.svv_external_columns as select 'spectrum'::text as schemaname, 'clicks'::text as tablename, n::text as columnname, t::text as external_type,
                i as columnnum, 0 as part_key, 'true'::text as is_nullable
                from (values ('at', 'timestamp', 1), ('tags', 'array<string>', 2), ('price', 'decimal(10,2)', 3), ('who', 'struct<id:int>', 4)) x(n, t, i);
             grant select on all tables in schema shim to public;
             alter database {0} set search_path = shim, public, pg_catalog",
            source.database
        ))
        .await;
    let tables = create(&setup, &source, "redshift").await;
    let orders = named(&tables, "orders");
    assert_eq!(
        columns(orders),
        ["id: integer → integer", "total: numeric(12,2) → decimal", "note: character varying(40) → string", "up: integer → integer"]
    );
    assert_eq!(
        (&orders["comment"], &orders["primaryKey"], &orders["columns"][2]["comment"]),
        (&json!("all orders"), &json!(["id"]), &json!("a note"))
    );
    assert_eq!(
        orders["foreignKeys"],
        json!([{"columns": ["up"], "references": {"schema": "public", "table": "orders", "columns": ["id"]}}])
    );
    assert_eq!(named(&tables, "late")["kind"], "view");
    let clicks = named(&tables, "clicks");
    assert_eq!((&clicks["schema"], &clicks["kind"]), (&json!("spectrum"), &json!("external_table")));
    assert_eq!(
        columns(clicks),
        ["at: timestamp → timestamp", "tags: array<string> → array", "price: decimal(10,2) → decimal", "who: struct<id:int> → struct"]
    );
    assert_eq!(named(&tables, "bare")["columns"], json!([]));
    let loose = named(&tables, "loose");
    assert_eq!((&loose["kind"], &loose["columns"]), (&json!("view"), &json!([])), "a late-binding view");
    assert_eq!(summary(&setup, "x").await["notes"][0]["object"], "public.loose");
    assert_eq!(summary(&setup, "x").await["schemas"], json!(["public", "shim", "spectrum"]));
}

/// The type that the user chose does not decide whose catalogs are read: the server does.
#[tokio::test]
async fn the_server_says_what_it_is() {
    let setup = Setup::sqlite().await;
    let source = Source::new().await;
    source.sql("create table t (id int)").await;
    for kind in ["redshift", "cockroachdb"] {
        let setup = Setup::sqlite().await;
        assert_eq!(create(&setup, &source, kind).await.len(), 1, "a PostgreSQL registered as {kind}");
    }
    drop(setup);
}
