//! What was erased is gone wherever it was kept, and all that is proved still holds.

use crate::audit::{by_hand, filled, sealed, verified};
use crate::both::on_both;
use crate::sample::{action, cells, change, firm, noon, programme, text, written};
use journal::Fault;
use programme::Programme;
use programme::record::Act;
use rules::Day;
use store::Store;

/// What the plain view says is erased of one firm.
async fn erased(store: &Store) -> Option<String> {
    let view = store::view_name(&programme(), "firm");
    let text = format!("select erased from {view} where id = 'F3'");
    let rows = store.db().fetch(&text, &[]).await.unwrap();
    rows[0].text(0).unwrap()
}

/// Who is called by telephone is kept for two years.
fn retained(mut programme: Programme) -> Programme {
    let fields = programme.registers.iter_mut();
    for field in fields.flat_map(|register| &mut register.fields) {
        if ["phone", "tel", "contact"].contains(&field.id.as_str()) {
            field.retain = Some("2 years".into());
        }
    }
    programme
}

/// Firms are companies now, their `phone` is `tel`, and then there is another `phone`.
fn renamed(is_done: bool) -> Programme {
    let mut programme = programme();
    let [firms, events] = &mut programme.registers[..] else {
        panic!("two registers");
    };
    firms.id = "company".into();
    let phone = &mut firms.fields[2];
    let another = phone.clone();
    phone.id = "tel".into();
    if is_done {
        firms.fields.push(another);
    } else {
        firms.was = Some("firm".into());
        phone.was = Some("phone".into());
    }
    for field in events.fields.iter_mut().filter(|field| field.to.is_some()) {
        field.to = Some("company".into());
    }
    programme
}

on_both! {
    async fn what_was_erased_is_gone_everywhere_and_all_holds(place) {
        let (store, seals) = filled(place).await;
        let fields = ["phone".to_owned()];
        let entry = store.erase(&action(Vec::new()).author, "firm", "F3", &fields, Some("本人要求".into()), [8; 32]).await.unwrap();
        assert_eq!((entry.act.clone(), entry.version), (Act::Erase, 3));
        let record = store.record("firm", "F3").await.unwrap().unwrap();
        assert_eq!((record.version, record.cells[2].clone()), (3, ("phone".to_owned(), None)));
        let left = "select field from journal_open o join journal j on j.arrival = o.arrival where j.record = 'F3' and field = 'phone'";
        assert!(store.db().fetch(left, &[]).await.unwrap().is_empty());
        assert_eq!(erased(&store).await.as_deref(), Some("phone"));
        let history = crate::sample::history(&store, "firm", "F3").await;
        assert_eq!(history[1].after, cells([("name", text("改名")), ("phone", None)]));
        sealed(&store).await;
        let found = verified(&store, Some(seals)).await;
        assert!(found.holds(), "{found:?}");
        assert_eq!(found.verification.erased, 3, "the first value, once as what was before, and the second");
        assert!(store.compare(|_| ()).await.unwrap().clean());
        store.rebuild(|_| ()).await.unwrap();
        assert!(store.compare(|_| ()).await.unwrap().clean());
        assert_eq!(erased(&store).await.as_deref(), Some("phone"), "after the rebuilding too");
        // What goes without an entry is lost, not erased; and a name is not kept where it could be erased.
        by_hand(&store, "delete from journal_open where field = 'phone' and arrival = 8", &[]).await;
        let found = verified(&store, None).await;
        assert!(matches!(found.verification.faults[..], [Fault::LostValue { position: 8, .. }]), "{found:?}");
        let refusal = store.erase(&action(Vec::new()).author, "firm", "F3", &["name".to_owned()], None, [8; 32]).await;
        assert!(refusal.is_err());
    }

    async fn values_from_before_a_renaming_were_not_erased(place) {
        let store = crate::sample::open_for(place, &retained(programme())).await;
        for id in ["F1", "F2"] {
            written(&store, vec![firm(id)]).await;
        }
        let author = action(Vec::new()).author;
        for (seed, programme) in [(5, retained(renamed(false))), (6, retained(renamed(true)))] {
            let plan = store::plan(&mut store.db().migration().await.unwrap(), &programme).await.unwrap();
            store::migrate(store.db(), &programme, &plan, author.clone(), [seed; 32]).await.unwrap().unwrap();
            store.adopt(&programme);
        }
        // A new field has the old one's id: what was there before is not its own.
        let other = cells([("phone", text("13900000000")), ("tel", text("13700000000"))]);
        written(&store, vec![change("company", "F1", 1, other)]).await;
        let after = noon().day().plus(800);
        let told = |all: Vec<store::audit::Expired>| -> Vec<String> {
            all.into_iter().map(|one| format!("{} {} {}", one.register, one.record, one.fields.join(" "))).collect()
        };
        assert_eq!(told(store.expired(after).await.unwrap()), ["company F1 tel phone", "company F2 tel"]);
        let beside = |field: &'static str| {
            let text = format!("select o.field from journal_open o join journal j on j.arrival = o.arrival where j.record = 'F1' and o.field = '{field}'");
            let store = &store;
            async move { store.db().fetch(&text, &[]).await.unwrap().len() }
        };
        assert_eq!((beside("phone").await, beside("tel").await), (2, 2), "the first value and the other field's; what was and is");
        store.erase(&author, "company", "F1", &["tel".to_owned()], None, [8; 32]).await.unwrap();
        assert_eq!((beside("phone").await, beside("tel").await), (1, 0), "the other field's stays");
        assert_eq!(told(store.expired(after).await.unwrap()), ["company F1 phone", "company F2 tel"]);
        for one in store.expired(after).await.unwrap() {
            store.erase_expired(&author, &one, after, ("过期".into(), [9; 32])).await.unwrap().unwrap();
        }
        assert_eq!(told(store.expired(after).await.unwrap()), [""; 0]);
        let left = store.db().fetch("select 1 from journal_open where field in ('phone', 'tel')", &[]).await.unwrap();
        assert_eq!(left.len(), 0);
        sealed(&store).await;
        let found = verified(&store, None).await;
        assert!(found.holds(), "{found:?}");
        assert!(store.compare(|_| ()).await.unwrap().clean());
    }

    async fn what_is_kept_too_long_is_named_until_it_is_erased(place) {
        let store = crate::sample::open_for(place, &retained(programme())).await;
        for id in ["F1", "F2"] {
            written(&store, vec![firm(id)]).await;
        }
        let before = noon().day();
        let (year, month, of_month) = before.ymd();
        let after = Day::from_ymd(year + 2, month, of_month).unwrap();
        assert_eq!(store.expired(after).await.unwrap(), [], "on the day itself it is kept");
        let all = store.expired(after.plus(1)).await.unwrap();
        let told = all.iter().map(|one| (one.record.as_str(), one.fields.join(" ")));
        assert_eq!(told.collect::<Vec<_>>(), [("F1", "phone".to_owned()), ("F2", "phone".to_owned())]);
        let author = action(Vec::new()).author;
        store.erase(&author, "firm", "F1", &all[0].fields, None, [8; 32]).await.unwrap();
        let left = store.expired(after.plus(1)).await.unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        // What is withdrawn is kept too, beside its entries.
        let mut gone = change("firm", "F2", 1, Vec::new());
        gone.change.act = Act::Withdraw;
        written(&store, vec![gone]).await;
        assert_eq!(store.expired(after.plus(1)).await.unwrap(), left);
        assert!(store.compare(|_| ()).await.unwrap().clean());
    }
}
