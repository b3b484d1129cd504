//! Sheets out: a register or the duties as a file, written while it is sent, and a template to fill.

use super::Api;
use super::ask::Pairs;
use super::problem::Problem;
use super::record::beside;
use app::Viewer;
use app::list::Unread;
use app::rules::Moment;
use app::sheet::{Blank, Format, Out};
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::{self, Write};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces of this many bytes are sent.
const PIECE: usize = 64 * 1024;
/// Pieces that wait at most, so that a slow reader costs no memory.
const WAITING: usize = 4;

/// How a sheet is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) xlsx: bool,
    pub(super) zh: bool,
}

impl Wanted {
    fn format(self) -> Format {
        match self.xlsx {
            true => Format::Xlsx,
            false => Format::Csv {
                bom: true,
                crlf: true,
            },
        }
    }
}

/// `GET /registers/{register}/template`.
pub(super) async fn template(
    api: Api,
    Path(register): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let zh = Pairs::of(&uri)?.language()?;
    let now = now(&api)?;
    let name = format!("{register}.xlsx");
    let bytes = beside(move || {
        let mut bytes = Vec::new();
        let blank = Blank {
            register: &register,
            zh,
            now,
        };
        api.app.template(&api.viewer(), blank, &mut bytes)?;
        Ok(bytes)
    });
    Ok(file(Body::from(bytes.await?), &name, true))
}

/// `GET /registers/{register}/sheet`.
pub(super) async fn register(
    api: Api,
    Path(register): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let (wanted, question) = Pairs::of(&uri)?.sheet()?;
    let now = now(&api)?;
    let name = register.clone();
    let write = move |viewer: &Viewer, api: &Api, out: &mut Pipe| {
        let asked = Out {
            register: &register,
            at: question.at,
            only: Some(&question),
            format: wanted.format(),
            zh: wanted.zh,
            now,
        };
        api.app.export(viewer, asked, out, |_| ()).map(|_| ())
    };
    sent(api, &name, wanted, write).await
}

/// `GET /duties/sheet`.
pub(super) async fn duties(api: Api, uri: Uri) -> Result<Response, Problem> {
    let (wanted, question, at) = Pairs::of(&uri)?.duty_sheet()?;
    let now = now(&api)?;
    let write = move |viewer: &Viewer, api: &Api, out: &mut Pipe| {
        let how = (wanted.format(), wanted.zh, now);
        let written = api.app.export_duties(viewer, &question, at, how, out);
        written.map(|_| ())
    };
    sent(api, "duties", wanted, write).await
}

fn now(api: &Api) -> Result<Moment, Problem> {
    let edge = (api.settings.edge)().ok_or_else(Problem::no_chance)?;
    Ok(edge.now)
}

/// Writes beside the server's own threads, and sends what is written as it comes. What stands against it before the
/// first piece is a problem like any other; what breaks it later breaks the transfer.
async fn sent(
    api: Api,
    name: &str,
    wanted: Wanted,
    write: impl FnOnce(&Viewer, &Api, &mut Pipe) -> Result<(), Unread> + Send + 'static,
) -> Result<Response, Problem> {
    let (to, mut from) = channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let mut pipe = Pipe {
            to,
            piece: Vec::with_capacity(PIECE),
        };
        let written = write(&api.viewer(), &api, &mut pipe);
        let rest = std::mem::take(&mut pipe.piece);
        // A reader that went away wants neither the rest nor the reason.
        let _ = match written {
            Ok(()) => pipe.to.blocking_send(Ok(rest)),
            Err(unread) => pipe.to.blocking_send(Err(unread)),
        };
    });
    let first = match from.recv().await {
        Some(Ok(piece)) => piece,
        Some(Err(unread)) => return Err(Problem::unread(&unread)),
        None => Vec::new(),
    };
    let ending = if wanted.xlsx { "xlsx" } else { "csv" };
    let pieces = stream::unfold(
        (Some(first), from),
        |(first, mut from): (_, Receiver<_>)| async {
            let next = match first {
                Some(first) => Some(Ok(first)),
                None => from.recv().await,
            };
            let next: Result<Vec<u8>, Unread> = next?;
            Some((
                next.map_err(|unread| io::Error::other(unread.words().en)),
                (None, from),
            ))
        },
    );
    let name = format!("{name}.{ending}");
    Ok(file(Body::from_stream(pieces), &name, wanted.xlsx))
}

/// A sheet with its name.
pub(super) fn file(body: Body, name: &str, xlsx: bool) -> Response {
    let mut response = body.into_response();
    let kind = match xlsx {
        true => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        false => "text/csv; charset=utf-8",
    };
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // An escaped name is a header value.
    if let Ok(way) = HeaderValue::try_from(format!("attachment; filename*=UTF-8''{name}")) {
        headers.insert(header::CONTENT_DISPOSITION, way);
    }
    response
}

/// What is written goes to whoever reads the answer.
struct Pipe {
    to: Sender<Result<Vec<u8>, Unread>>,
    piece: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
            let sent = self.to.blocking_send(Ok(piece));
            sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
