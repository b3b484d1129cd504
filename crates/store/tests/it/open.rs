//! Opening a database, values there and back, and what an error says.

use crate::both::{Place, on_both};
use store::{Db, Options, Trouble, Value};

on_both! {
    async fn values_come_back_as_they_were(place) {
        let db = place.open().await;
        let mut tx = db.write().await.unwrap();
        let date = tx.dialect().pick("text", "date");
        let json = tx.dialect().pick("text", "jsonb");
        let double = tx.dialect().pick("real", "double precision");
        let bytes = tx.dialect().pick("blob", "bytea");
        let boolean = tx.dialect().pick("integer", "boolean");
        tx.run(&format!("create table t (n bigint, d {double}, t text, b {bytes}, day {date}, j {json}, y {boolean})"))
            .await
            .unwrap();
        let list = serde_json::json!(["cars", "食品"]);
        let full = [
            Value::Int(Some(i64::MIN)),
            Value::Double(Some(0.1)),
            Value::Text(Some("合力'\"".into())),
            Value::Bytes(Some(vec![0, 255])),
            Value::Date(Some(-1)),
            Value::Json(Some(list.clone())),
            Value::Bool(Some(false)),
        ];
        let empty = [
            Value::Int(None),
            Value::Double(None),
            Value::Text(None),
            Value::Bytes(None),
            Value::Date(None),
            Value::Json(None),
            Value::Bool(None),
        ];
        for values in [&full, &empty] {
            tx.execute("insert into t values ($1, $2, $3, $4, $5, $6, $7)", values).await.unwrap();
        }
        tx.commit().await.unwrap();
        let rows = db.fetch("select * from t order by n is null", &[]).await.unwrap();
        let row = &rows[0];
        assert_eq!(row.int(0).unwrap(), Some(i64::MIN));
        assert_eq!(row.double(1).unwrap(), Some(0.1));
        assert_eq!(row.text(2).unwrap().as_deref(), Some("合力'\""));
        assert_eq!(row.bytes(3).unwrap(), Some(vec![0, 255]));
        assert_eq!(row.date(4).unwrap(), Some(-1), "31 December 1969");
        assert_eq!(row.json(5).unwrap(), Some(list));
        assert_eq!(row.bool(6).unwrap(), Some(false));
        let row = &rows[1];
        assert_eq!(row.int(0).unwrap(), None);
        assert_eq!(row.date(4).unwrap(), None);
        assert_eq!(row.json(5).unwrap(), None);
        assert_eq!(row.bool(6).unwrap(), None);
    }

    async fn a_mark_undoes_one_action_and_keeps_the_others(place) {
        let db = place.open().await;
        let mut tx = db.write().await.unwrap();
        let insert = "insert into counter (name, value) values ($1, $2)";
        tx.mark().await.unwrap();
        tx.execute(insert, &["a".into(), 1.into()]).await.unwrap();
        tx.keep().await.unwrap();
        tx.mark().await.unwrap();
        let twice = tx.execute(insert, &["a".into(), 2.into()]).await.unwrap_err();
        assert_eq!(twice.trouble, Trouble::Taken);
        tx.back().await.unwrap();
        tx.mark().await.unwrap();
        tx.execute(insert, &["b".into(), 3.into()]).await.unwrap();
        tx.keep().await.unwrap();
        tx.commit().await.unwrap();
        let rows = db.fetch("select value from counter order by name", &[]).await.unwrap();
        let values: Vec<i64> = rows.iter().map(|row| row.need_int(0).unwrap()).collect();
        assert_eq!(values, [1, 3]);
    }

    async fn a_second_opening_finds_everything_in_place(place) {
        let db = place.open().await;
        let mut tx = db.write().await.unwrap();
        tx.execute("insert into counter (name, value) values ('a', 7)", &[]).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
        let db = place.open().await;
        let rows = db.fetch("select value from counter", &[]).await.unwrap();
        assert_eq!(rows[0].int(0).unwrap(), Some(7));
        let reading = Options { read_only: true, ..Options::default() };
        let beside = Db::open(&place.address, reading).await.unwrap();
        assert_eq!(beside.fetch("select value from counter", &[]).await.unwrap().len(), 1);
    }

    async fn tables_of_a_newer_release_are_refused(place) {
        let db = place.open().await;
        let mut tx = db.write().await.unwrap();
        tx.execute("update meta set value = '999' where name = 'release'", &[]).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
        let refusal = Db::open(&place.address, Options::default()).await.unwrap_err();
        assert_eq!(refusal.trouble, Trouble::Release);
        assert!(refusal.what.en.contains("999"));
    }
}

#[tokio::test]
async fn a_second_process_cannot_write_the_same_file() {
    let place = Place::sqlite();
    let _first = place.open().await;
    let refusal = Db::open(&place.address, Options::default())
        .await
        .unwrap_err();
    assert_eq!(refusal.trouble, Trouble::Held);
    let number = std::process::id().to_string();
    assert!(refusal.what.zh.contains(&number), "{}", refusal.what.zh);
    assert!(refusal.mend.en.contains("PostgreSQL"));
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_named() {
    let place = Place::sqlite();
    let only = Options {
        create: false,
        ..Options::default()
    };
    let refusal = Db::open(&place.address, only).await.unwrap_err();
    assert_eq!(refusal.trouble, Trouble::Address);
    let lost = "postgres://heli@localhost/none?host=%2Fnowhere";
    let refusal = Db::open(lost, Options::default()).await.unwrap_err();
    assert_eq!(refusal.trouble, Trouble::Lost);
    assert!(refusal.passing());
}
