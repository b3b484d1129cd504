//! What records are called, and how they are found by it.

use crate::lake::{asked, cells, edge, open_with, text, with_register};
use app::programme::record::Act;
use app::programme::{Files, Programme};
use app::{App, Viewer};
use std::sync::LazyLock;

const APPEAL: &str = r#"
id = "appeal"
name = { zh = "诉求", en = "Appeal" }
title = "about"
[field.code]
name = { zh = "代码", en = "Code" }
type = "text"
key = true
[field.about]
name = { zh = "事由", en = "About" }
type = "long_text"
[field.note]
name = { zh = "备注", en = "Note" }
type = "long_text"
"#;

static APPEALS: LazyLock<(Programme, Files)> = LazyLock::new(|| with_register("appeal", APPEAL));

const TODAY: &str = "2023-09-26";

fn found(app: &App, sought: &str) -> Vec<String> {
    let hits = app.search(&Viewer::operator(), sought).into_iter();
    let titles = hits.map(|hit| hit.title.read(Default::default()).to_owned());
    titles.collect()
}

on_both! {
    async fn a_record_whose_title_is_a_long_text_is_found_by_it(place) {
        let app = open_with(&APPEALS, place, TODAY).await;
        let about = "请求协调\n厦门港用地";
        let own = cells([
            ("code", text("M1")),
            ("about", text(about)),
            ("note", text("备忘录")),
        ]);
        let made = asked(Act::Create, "appeal", Some(("M1", 0)), own);
        app.act(&Viewer::operator(), &[made], None, edge(TODAY)).await.unwrap();
        for sought in ["厦门港", "协调厦门", "xmgyd", "m1"] {
            assert_eq!(found(&app, sought), [about], "{sought}");
        }
        // Another long text is none of its names.
        assert!(found(&app, "备忘录").is_empty());

        let now = asked(Act::Change, "appeal", Some(("M1", 1)), cells([("about", text("改址"))]));
        app.act(&Viewer::operator(), &[now], None, edge(TODAY)).await.unwrap();
        assert!(found(&app, "厦门港").is_empty());
        assert_eq!(found(&app, "改址"), ["改址"]);
        app.close().await;
    }
}
