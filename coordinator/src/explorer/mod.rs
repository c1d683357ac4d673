//! The explorer: one page, served with the API that it reads. No build step, nothing from elsewhere: the files of `assets` are in
//! the program.
//!
//! ```text
//! assets/index.html  the page
//! assets/style.css   how it looks, light and dark
//! assets/*.js        modules: app (start and routes), views, charts, api, dom, format
//! ```

use crate::routes::ApiError;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "src/explorer/assets"]
struct Assets;

/// Serves the page at `/` and its files under `/explorer/`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = |headers: HeaderMap| async move { file("index.html", &headers) };
    let part = |Path(name): Path<String>, headers: HeaderMap| async move { file(&name, &headers) };
    Router::new().route("/", get(page)).route("/explorer/{name}", get(part))
}

fn file(name: &str, asked: &HeaderMap) -> Response {
    match Assets::get(name) {
        Some(file) => respond(name, file, asked),
        None => ApiError::not_found("unknown_file", "there is no such file of the explorer").got(name).into_response(),
    }
}

/// The file, or that it is still the one that the browser has.
fn respond(name: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let hash = alloy::primitives::hex::encode(file.metadata.sha256_hash());
    let tag = format!("\"{hash}\"");
    if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::ETAG, tag)], file.data).into_response()
}
