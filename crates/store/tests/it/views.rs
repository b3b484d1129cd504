//! The views that a reporting tool reads: with the plain driver, as such a tool would.

use crate::both::on_both;
use crate::migrate::{insert, migrate};
use crate::programmes::{field, with};
use sqlx::{Connection, Row, ValueRef};
use store::{Value, view_name};

/// Every value of one row as text, by column, read by a driver that knows nothing of Heli.
async fn read(address: &str, sql: &'static str) -> Vec<(String, Option<String>)> {
    if let Some(path) = address.strip_prefix("sqlite:") {
        let connection = rusqlite::Connection::open(path).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let names: Vec<String> = statement
            .column_names()
            .iter()
            .map(|n| (*n).into())
            .collect();
        let text = |value| match value {
            rusqlite::types::Value::Null => None,
            rusqlite::types::Value::Integer(n) => Some(n.to_string()),
            rusqlite::types::Value::Text(text) => Some(text),
            other => panic!("{other:?}"),
        };
        let cells = statement.query_row([], |row| {
            let cells = names.iter().enumerate();
            cells
                .map(|(at, name)| Ok((name.clone(), text(row.get(at)?))))
                .collect()
        });
        return cells.unwrap();
    }
    let mut connection = sqlx::PgConnection::connect(address).await.unwrap();
    let row = sqlx::query(sql).fetch_one(&mut connection).await.unwrap();
    let columns = sqlx::Row::columns(&row).iter();
    let names = columns.map(|column| sqlx::Column::name(column).to_owned());
    let cell = |(at, name): (usize, String)| {
        let filled = !row.try_get_raw(at).unwrap().is_null();
        (name, filled.then(|| row.get_unchecked::<String, _>(at)))
    };
    let cells = names.enumerate().map(cell).collect();
    connection.close().await.unwrap();
    cells
}

on_both! {
    async fn a_view_reads_as_a_person_would_and_tells_nothing_personal(place) {
        let db = place.open().await;
        let fields = [
            field("name", "text", ""),
            field("held_on", "date", ""),
            field("seen", "time", ""),
            field("signed", "money", ""),
            field("kind", "choice", "choices = { fair = { zh = \"展会'\", en = \"Fair\" } }"),
            field("part_of", "reference", "to = \"thing\""),
            field("phone", "phone", ""),
            field("who", "person", ""),
            field("secret", "int", "sensitive = true"),
            field("twice", "money", "formula = \"signed + signed\""),
        ];
        let programme = with(&[("thing", &format!("number = \"T-{{seq:3}}\"\ntitle = \"name\"\n{}", fields.concat()))]);
        migrate(&db, &programme).await;
        insert(&db, "thing", "t1", &[("name", "省级展会".into())]).await.unwrap();
        let cells: [(&str, Value); 10] = [
            ("number", "T-002".into()),
            ("name", "市级".into()),
            ("held_on", Value::Date(Some(19_626))),
            ("seen", (19_626 * 86_400_000 + 3_600_000).into()),
            ("signed", 12_345_678_901.into()),
            ("kind", "fair".into()),
            ("part_of", "t1".into()),
            ("phone", "13800000000".into()),
            ("who", "李雷".into()),
            ("secret", 7.into()),
        ];
        insert(&db, "thing", "t2", &cells).await.unwrap();
        // Money is a number: a tool can add it up.
        let total = db.fetch("select cast(sum(signed) as bigint) from thing", &[]).await.unwrap();
        assert_eq!(total[0].int(0).unwrap(), Some(123_456_789));
        db.close().await;
        // As text, because the test's reader knows no decimals; `cast` is the tool's own way to it.
        let columns = "select id, created_at, number, name, held_on, seen, cast(signed as text) as signed, kind, kind_zh, part_of, part_of_title from thing where id = 't2'";
        let told = read(&place.address, columns).await;
        let wanted = [
            ("id", "t2"),
            ("created_at", "1970-01-01T00:00:00"),
            ("number", "T-002"),
            ("name", "市级"),
            ("held_on", "2023-09-26"),
            ("seen", "2023-09-26T01:00:00"),
            ("signed", "123456789.01"),
            ("kind", "fair"),
            ("kind_zh", "展会'"),
            ("part_of", "t1"),
            ("part_of_title", "省级展会"),
        ];
        let told: Vec<(&str, &str)> = told.iter().map(|(name, text)| (name.as_str(), text.as_deref().unwrap())).collect();
        assert_eq!(told, wanted);
        let db = place.open().await;
        for hidden in ["phone", "who", "secret", "twice"] {
            db.fetch(&format!("select {hidden} from thing v"), &[]).await.expect_err(hidden);
        }
    }

    async fn other_words_make_the_views_anew(place) {
        let db = place.open().await;
        let of = |zh: &str| field("kind", "choice", &format!("choices = {{ fair = {{ zh = \"{zh}\", en = \"Fair\" }} }}"));
        migrate(&db, &with(&[("thing", &of("展会"))])).await;
        insert(&db, "thing", "t1", &[("kind", "fair".into())]).await.unwrap();
        let plan = migrate(&db, &with(&[("thing", &of("展览会"))])).await;
        assert_eq!(plan.steps.len(), 1);
        assert_eq!(plan.steps[0].does, store::Does::Views);
        let rows = db.fetch("select kind_zh from thing", &[]).await.unwrap();
        assert_eq!(rows[0].text(0).unwrap().as_deref(), Some("展览会"));
    }

    async fn a_register_named_like_a_table_of_ours_has_its_view_beside_it(place) {
        let db = place.open().await;
        let programme = with(&[("seal", &field("name", "text", ""))]);
        assert_eq!(view_name(&programme, "seal"), "seal_records");
        migrate(&db, &programme).await;
        assert!(db.fetch("select name from seal_records", &[]).await.unwrap().is_empty());
    }
}
