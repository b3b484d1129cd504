//! Plans: what they say, what they do to rows that are there, and what they refuse.

use crate::both::on_both;
use crate::programmes::{field, fujian, with};
use programme::Programme;
use programme::record::{Act, Author, Cell};
use rules::Moment;
use store::{Db, Does, Plan, Table, Trouble, Value, apply, plan};

async fn planned(db: &Db, programme: &Programme) -> Plan {
    plan(&mut db.read().await.unwrap(), programme)
        .await
        .unwrap()
}

/// Plans and applies; gives the plan, and holds that nothing is left to do.
pub(crate) async fn migrate(db: &Db, programme: &Programme) -> Plan {
    let plan = planned(db, programme).await;
    let mut tx = db.migration().await.unwrap();
    apply(&mut tx, programme, &plan).await.unwrap();
    tx.commit().await.unwrap();
    let after = planned(db, programme).await;
    assert!(after.is_empty(), "left over:\n{after}");
    plan
}

/// Inserts a record with the values of its own columns.
pub(crate) async fn insert(
    db: &Db,
    register: &str,
    id: &str,
    cells: &[(&str, Value)],
) -> store::Result<()> {
    let names: String = cells
        .iter()
        .map(|(name, _)| format!(", \"{name}\""))
        .collect();
    let holes: String = (0..cells.len())
        .map(|at| format!(", ${}", at + 2))
        .collect();
    let sql = format!(
        "insert into \"register_{register}\" (_version, _arrival, _created_at, _changed_at, _id{names}) values (1, 0, 0, 0, $1{holes})"
    );
    let mut values: Vec<Value> = vec![id.into()];
    values.extend(cells.iter().map(|(_, value)| value.clone()));
    let mut tx = db.write().await?;
    tx.execute(&sql, &values).await?;
    tx.commit().await
}

fn does(plan: &Plan) -> Vec<Does> {
    plan.steps.iter().map(|step| step.does).collect()
}

on_both! {
    async fn the_province_gets_its_tables_and_nothing_is_left_to_do(place) {
        let db = place.open().await;
        let programme = fujian();
        let plan = migrate(&db, &programme).await;
        assert_eq!(plan.steps.len(), programme.registers.len());
        assert!(plan.steps.iter().all(|step| step.does == Does::CreateTable));
        // References may lead both ways, so tables come before references.
        insert(&db, "enterprise", "e1", &[("name", "厂".into())]).await.unwrap_err();
    }

    async fn constraints_refuse_at_the_statement_and_name_their_column(place) {
        let db = place.open().await;
        let fields = [
            field("title", "text", "required = true"),
            field("code", "text", "unique = true"),
            field("size", "choice", "choices = { small = { zh = \"小\", en = \"Small\" } }"),
            field("amount", "money", "min = 0\nmax = 10"),
            field("other", "reference", "to = \"thing\""),
            field("unit_one", "text", "key = true"),
            field("unit_two", "text", "key = true"),
            field("secret", "text", "required = true\nsensitive = true"),
        ];
        let programme = with(&[("thing", &fields.concat())]);
        migrate(&db, &programme).await;
        let title = ("title", Value::from("a"));
        insert(&db, "thing", "t0", &[title.clone(), ("code", "x".into()), ("unit_one", "1".into()), ("unit_two", "2".into())])
            .await
            .unwrap();
        // Two empty cells do not collide, and an erasable cell may be empty although it is required.
        insert(&db, "thing", "t1", std::slice::from_ref(&title)).await.unwrap();
        insert(&db, "thing", "t2", &[title.clone(), ("amount", 1000.into()), ("other", "t2".into())]).await.unwrap();
        let table = Table::of(programme.register("thing").unwrap().1);
        type Wrong<'a> = (&'a [(&'a str, Value)], Trouble, &'a [&'a str]);
        let wrong: [Wrong<'_>; 8] = [
            (&[], Trouble::Check, &["title"]),
            (&[title.clone(), ("code", "x".into())], Trouble::Taken, &["code"]),
            (&[title.clone(), ("size", "huge".into())], Trouble::Check, &["size"]),
            (&[title.clone(), ("amount", 1001.into())], Trouble::Check, &["amount"]),
            (&[title.clone(), ("amount", Value::Int(Some(-1)))], Trouble::Check, &["amount"]),
            (&[title.clone(), ("other", "nobody".into())], Trouble::Missing, &["other"]),
            (&[title.clone(), ("unit_one", "1".into()), ("unit_two", "2".into())], Trouble::Taken, &["unit_one", "unit_two"]),
            (&[title.clone(), ("secret", "s".into()), ("size", "".into())], Trouble::Check, &["size"]),
        ];
        for (cells, trouble, columns) in wrong {
            let refusal = insert(&db, "thing", "t9", cells).await.unwrap_err();
            assert_eq!(refusal.trouble, trouble, "{refusal} {cells:?}");
            let told = table.columns_of(refusal.constraint.as_deref().unwrap_or(""));
            // SQLite does not say which reference it missed.
            if trouble != Trouble::Missing || db.path().is_none() {
                assert_eq!(told, columns, "{refusal}");
            }
        }
    }

    async fn renamed_widened_and_new_columns_keep_every_value(place) {
        let db = place.open().await;
        let before = [
            field("name", "text", "required = true\nunique = true"),
            field("firms", "int", ""),
            field("day", "date", ""),
            field("kind", "choice", "choices = { a = { zh = \"甲\", en = \"A\" } }"),
            field("leads", "reference", "to = \"firm\""),
        ];
        migrate(&db, &with(&[("thing", &before.concat())])).await;
        insert(&db, "firm", "f1", &[]).await.unwrap();
        let cells: [(&str, Value); 5] = [
            ("name", "一".into()),
            ("firms", 7.into()),
            ("day", Value::Date(Some(19_626))),
            ("kind", "a".into()),
            ("leads", "f1".into()),
        ];
        insert(&db, "thing", "t1", &cells).await.unwrap();
        let after = [
            field("label", "text", "unique = true\nwas = \"name\""),
            field("firms", "decimal", ""),
            field("day", "time", ""),
            field("kind", "choices", "choices = { a = { zh = \"甲\", en = \"A\" }, b = { zh = \"乙\", en = \"B\" } }"),
            field("leads", "references", "to = \"firm\""),
            field("extra", "money", "min = 0"),
        ];
        let programme = with(&[("thing", &after.concat())]);
        let plan = migrate(&db, &programme).await;
        let wanted = [
            Does::RenameColumn,
            Does::Relax,
            Does::Widen,
            Does::Widen,
            Does::Widen,
            Does::Choices,
            Does::Widen,
            Does::Reference,
            Does::AddColumn,
        ];
        assert_eq!(does(&plan), wanted, "{plan}");
        assert!(plan.to_string().contains("thing.firms: from int to decimal"), "{plan}");
        assert!(plan.lines(|w| &w.zh)[0].contains("thing.label：由 name 改名而来"));
        assert_eq!(plan.json()["steps"][0]["does"], "rename_column");
        let rows = db.fetch("select label, firms, day, kind, leads, extra from register_thing", &[]).await.unwrap();
        let row = &rows[0];
        assert_eq!(row.text(0).unwrap().as_deref(), Some("一"));
        assert_eq!(row.double(1).unwrap(), Some(7.0));
        assert_eq!(row.int(2).unwrap(), Some(19_626 * 86_400_000));
        assert_eq!(row.json(3).unwrap(), Some(serde_json::json!(["a"])));
        assert_eq!(row.json(4).unwrap(), Some(serde_json::json!(["f1"])));
        assert_eq!(row.int(5).unwrap(), None);
        let twice = insert(&db, "thing", "t2", &[("label", "一".into())]).await.unwrap_err();
        assert_eq!(twice.trouble, Trouble::Taken, "the index came along");
    }

    async fn a_renamed_register_takes_its_rows_and_what_refers_to_it_along(place) {
        let db = place.open().await;
        let of = |to: &str| [("part", field("whole", "reference", &format!("to = \"{to}\"")))];
        let [(part, fields)] = of("thing");
        migrate(&db, &with(&[("thing", &field("name", "text", "unique = true")), (part, &fields)])).await;
        insert(&db, "thing", "t1", &[("name", "a".into())]).await.unwrap();
        insert(&db, "part", "p1", &[("whole", "t1".into())]).await.unwrap();
        let [(part, fields)] = of("matter");
        let matter = format!("was = \"thing\"\n{}", field("name", "text", "unique = true"));
        let plan = migrate(&db, &with(&[("matter", &matter), (part, &fields)])).await;
        assert_eq!(does(&plan), [Does::RenameTable, Does::Reference], "{plan}");
        insert(&db, "part", "p2", &[("whole", "t1".into())]).await.unwrap();
        let lost = insert(&db, "part", "p3", &[("whole", "t2".into())]).await.unwrap_err();
        assert_eq!(lost.trouble, Trouble::Missing);
    }

    async fn a_field_that_is_gone_is_kept_until_it_is_given_up(place) {
        let db = place.open().await;
        let both = [field("name", "text", ""), field("old", "text", "required = true\nunique = true")];
        migrate(&db, &with(&[("thing", &both.concat())])).await;
        insert(&db, "thing", "t1", &[("old", "worth".into())]).await.unwrap();
        let one = field("name", "text", "");
        let plan = migrate(&db, &with(&[("thing", &one)])).await;
        assert_eq!(does(&plan), [Does::Keep, Does::DropUnique], "{plan}");
        // New records know nothing of it.
        insert(&db, "thing", "t2", &[("name", "b".into())]).await.unwrap();
        let still = planned(&db, &with(&[("thing", &one)])).await;
        assert!(still.is_empty());
        assert_eq!(still.kept[0].en, "thing.old: kept");
        // It comes back with its values…
        let back = [field("name", "text", ""), field("old", "text", "")];
        let plan = migrate(&db, &with(&[("thing", &back.concat())])).await;
        assert_eq!(does(&plan), [Does::Return]);
        let rows = db.fetch("select old from register_thing where _id = 't1'", &[]).await.unwrap();
        assert_eq!(rows[0].text(0).unwrap().as_deref(), Some("worth"));
        // …or is given up in so many words.
        let plan = migrate(&db, &with(&[("thing", &format!("drop = [\"old\"]\n{one}"))])).await;
        assert_eq!(does(&plan), [Does::DropColumn]);
        db.fetch("select old from register_thing", &[]).await.unwrap_err();
    }

    async fn a_register_that_is_gone_keeps_its_table(place) {
        let db = place.open().await;
        migrate(&db, &with(&[("thing", &field("name", "text", ""))])).await;
        insert(&db, "thing", "t1", &[]).await.unwrap();
        let plan = planned(&db, &with(&[])).await;
        assert!(plan.refusals.is_empty());
        assert!(plan.kept[0].en.starts_with("thing:"), "{plan}");
        migrate(&db, &with(&[])).await;
        assert_eq!(db.fetch("select 1 from register_thing", &[]).await.unwrap().len(), 1);
    }

    async fn what_rows_stand_against_is_refused_and_they_are_named(place) {
        let db = place.open().await;
        let choices = |ids: &[&str]| {
            let ids: Vec<String> = ids.iter().map(|id| format!("{id} = {{ zh = \"{id}\", en = \"{id}\" }}")).collect();
            format!("choices = {{ {} }}", ids.join(", "))
        };
        let before = [
            field("name", "text", ""),
            field("amount", "int", ""),
            field("kind", "choice", &choices(&["a", "b"])),
            field("goods", "choices", &choices(&["a", "b"])),
            field("firm", "text", ""),
            field("money", "money", ""),
        ];
        migrate(&db, &with(&[("thing", &before.concat())])).await;
        let row = |name: Option<&str>, kind: &str, amount: i64| {
            [
                ("name", Value::Text(name.map(str::to_owned))),
                ("kind", kind.into()),
                ("amount", amount.into()),
                ("goods", Value::Json(Some(serde_json::json!(["a", kind])))),
                ("firm", "nobody".into()),
                ("money", 5.into()),
            ]
        };
        insert(&db, "thing", "t1", &row(Some("same"), "a", 1)).await.unwrap();
        insert(&db, "thing", "t2", &row(Some("same"), "b", 20)).await.unwrap();
        insert(&db, "thing", "t3", &row(None, "a", 3)).await.unwrap();
        let cases: [(&str, String, &[&str]); 8] = [
            ("unique", field("name", "text", "unique = true"), &["t1", "t2"]),
            ("required", field("name", "text", "required = true"), &["t3"]),
            ("range", field("amount", "int", "max = 10"), &["t2"]),
            ("choice", field("kind", "choice", &choices(&["a"])), &["t2"]),
            ("choices", field("goods", "choices", &choices(&["a", "c"])), &["t2"]),
            ("reference", field("firm", "reference", "to = \"firm\""), &["t1", "t2", "t3"]),
            ("fen", field("money", "int", ""), &["t1", "t2", "t3"]),
            ("new", field("fresh", "text", "required = true"), &["t1", "t2", "t3"]),
        ];
        for (case, changed, rows) in cases {
            let id = changed.lines().next().unwrap().to_owned();
            let mut fields: Vec<String> = before.iter().filter(|f| !f.starts_with(&id)).cloned().collect();
            fields.push(changed);
            let programme = with(&[("thing", &fields.concat())]);
            let plan = planned(&db, &programme).await;
            assert_eq!(plan.refusals.len(), 1, "{case}: {plan}");
            assert_eq!(plan.refusals[0].rows, rows, "{case}");
            assert!(plan.to_string().contains("records: t"), "{plan}");
            let mut tx = db.migration().await.unwrap();
            let refused = apply(&mut tx, &programme, &plan).await.unwrap_err();
            assert_eq!(refused.trouble, Trouble::Refused);
        }
        assert!(planned(&db, &with(&[("thing", &before.concat())])).await.is_empty());
    }

    async fn a_table_changed_by_hand_is_noticed(place) {
        let db = place.open().await;
        let programme = with(&[("thing", &field("name", "text", "unique = true"))]);
        migrate(&db, &programme).await;
        let mut tx = db.write().await.unwrap();
        tx.run("alter table register_thing add column sneaked text").await.unwrap();
        tx.run("create table register_stranger (a bigint)").await.unwrap();
        tx.commit().await.unwrap();
        let plan = planned(&db, &programme).await;
        let said = plan.to_string();
        assert_eq!(plan.refusals.len(), 2, "{said}");
        assert!(said.contains("column sneaked"), "{said}");
        assert!(said.contains("register_stranger was not made"), "{said}");
    }

    async fn a_plan_that_is_out_of_date_is_not_applied(place) {
        let db = place.open().await;
        let programme = with(&[("thing", &field("leads", "reference", "to = \"firm\""))]);
        let old = planned(&db, &programme).await;
        migrate(&db, &programme).await;
        let mut tx = db.migration().await.unwrap();
        let refused = apply(&mut tx, &programme, &old).await.unwrap_err();
        assert_eq!(refused.trouble, Trouble::Race);
        drop(tx);
        // A migration that was given up leaves nothing behind, and the next writer checks references again.
        let lost = insert(&db, "thing", "t1", &[("leads", "nobody".into())]).await.unwrap_err();
        assert_eq!(lost.trouble, Trouble::Missing);
    }

    async fn a_migration_is_an_entry_of_the_journal_or_nothing(place) {
        let db = place.open().await;
        let programme = with(&[("thing", &field("name", "text", ""))]);
        let author = || Author { actor: "admin".into(), on_behalf: None, at: Moment(5), key: None };
        let plan = planned(&db, &programme).await;
        let entry = store::migrate(&db, &programme, &plan, author(), [7; 32]).await.unwrap().unwrap();
        assert_eq!(entry.act, Act::Migrate);
        assert!(entry.why.unwrap().contains("thing：新建表，1 列"));
        let rows = db.fetch("select act, actor from journal", &[]).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].text(0).unwrap().as_deref(), Some("migrate"));
        // The same plan again is out of date, and neither table nor journal gets anything of it.
        store::migrate(&db, &programme, &plan, author(), [8; 32]).await.unwrap_err();
        let done = planned(&db, &programme).await;
        assert_eq!(store::migrate(&db, &programme, &done, author(), [9; 32]).await.unwrap(), None);
        assert_eq!(db.fetch("select 1 from journal", &[]).await.unwrap().len(), 1);
        // Renames and other types are in the entry, for a rebuild.
        let matter = format!("was = \"thing\"\n{}", field("label", "long_text", "was = \"name\""));
        let programme = with(&[("matter", &matter)]);
        let plan = planned(&db, &programme).await;
        let entry = store::migrate(&db, &programme, &plan, author(), [6; 32]).await.unwrap().unwrap();
        let text = |text: &str| Cell::Text(text.into());
        let replayed = [
            ("thing".to_owned(), Some(text("matter"))),
            ("matter.name".to_owned(), Some(text("label"))),
            ("matter.label:kind".to_owned(), Some(Cell::List(vec![text("text"), text("long_text")]))),
        ];
        assert_eq!(entry.after, replayed);
    }
}
