//! The least that pages over SQLite cost: no rights, no session, no words, no second language. Usage: `minimal DATABASE PORT`.
//!
//! It may stop at the first surprise: nothing but the bench asks it.

use axum::extract::{Path, Query};
use axum::response::Html;
use axum::{Router, routing::get};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde::Deserialize;
use std::cell::RefCell;
use std::fmt::Write;

thread_local! {
    static DATABASE: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

#[derive(Deserialize)]
struct Asked {
    /// A page's number, or the id that the page before ended with.
    p: Option<i64>,
    /// How many records there are.
    n: Option<i64>,
}

#[tokio::main]
async fn main() {
    let port = std::env::args()
        .nth(2)
        .expect("a port")
        .parse()
        .expect("a number");
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
        .await
        .expect("a free port");
    let router = Router::new()
        .route("/list", get(list))
        .route("/counted", get(counted))
        .route("/records/{id}", get(record));
    axum::serve(listener, router).await.expect("requests");
}

/// One page that follows an id, under a count that somebody else keeps.
async fn list(Query(asked): Query<Asked>) -> Html<String> {
    let sql = "SELECT id, name, place, industry, status, revenue, founded FROM record \
               WHERE status = 'open' AND id > ?1 ORDER BY id LIMIT 50";
    Html(with(|database| {
        rows(database, sql, asked.p.unwrap_or(0), asked.n.unwrap_or(0))
    }))
}

/// One page by its number, with all that match counted anew: the two queries of Django's list.
async fn counted(Query(asked): Query<Asked>) -> Html<String> {
    let sql = "SELECT id, name, place, industry, status, revenue, founded FROM record \
               WHERE status = 'open' ORDER BY id LIMIT 50 OFFSET ?1";
    Html(with(|database| {
        let count = "SELECT count(*) FROM record WHERE status = 'open'";
        let mut count = database.prepare_cached(count).expect("SQL");
        let count = count.query_row([], |row| row.get(0)).expect("a count");
        rows(database, sql, asked.p.unwrap_or(0) * 50, count)
    }))
}

/// One record.
async fn record(Path(id): Path<i64>) -> Html<String> {
    let sql =
        "SELECT name, place, industry, status, revenue, founded, note FROM record WHERE id = ?1";
    Html(with(|database| {
        let mut html = String::with_capacity(2_048);
        let mut record = database.prepare_cached(sql).expect("SQL");
        let shown = record.query_row([id], |row| {
            (0..7).for_each(|column| {
                html.push_str("<p>");
                cell(&mut html, row, column);
            });
            Ok(())
        });
        shown.expect("a record");
        html
    }))
}

fn with<T>(read: impl FnOnce(&Connection) -> T) -> T {
    DATABASE.with_borrow_mut(|database| read(database.get_or_insert_with(open)))
}

fn open() -> Connection {
    let path = std::env::args().nth(1).expect("a database");
    let database = Connection::open(path).expect("a database");
    let settings = "PRAGMA mmap_size = 268435456; PRAGMA query_only = 1";
    database.execute_batch(settings).expect("settings");
    database
}

fn rows(database: &Connection, sql: &str, from: i64, count: i64) -> String {
    let mut html = String::with_capacity(16_384);
    // Writing to a string cannot fail.
    let _ = write!(
        html,
        "<!doctype html><title>list</title><h1>{count} records</h1><table>"
    );
    let mut statement = database.prepare_cached(sql).expect("SQL");
    let mut rows = statement.query([from]).expect("rows");
    let mut last = from;
    while let Some(row) = rows.next().expect("a row") {
        last = row.get(0).expect("an id");
        let _ = write!(html, "<tr><td><a href=\"/records/{last}\">");
        cell(&mut html, row, 1);
        html.push_str("</a>");
        (2..7).for_each(|column| {
            html.push_str("<td>");
            cell(&mut html, row, column);
        });
        html.push_str("</tr>");
    }
    let _ = write!(html, "</table><a href=\"?p={last}&amp;n={count}\">next</a>");
    html
}

fn cell(html: &mut String, row: &Row<'_>, column: usize) {
    match row.get_ref(column).expect("a column") {
        ValueRef::Integer(number) => {
            let _ = write!(html, "{number}");
        }
        value => escaped(html, value.as_str().expect("a text")),
    }
}

fn escaped(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            letter => html.push(letter),
        }
    }
}
