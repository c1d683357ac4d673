//! The document, from the types.

use super::{large, reads, writes};
use axum::Json;
use axum::response::IntoResponse;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use verin_client::types::{Fault, Problem};

/// What any route may answer.
const ANY: [(&str, &str); 5] = [
    ("408", "The request took too long."),
    ("429", "Too many requests from this address; `Retry-After` says how long to wait."),
    ("500", "The coordinator failed; its log says why."),
    ("502", "The node or the queue behind the coordinator does not answer as it should."),
    ("503", "Too much at once, or not ready."),
];

/// The OpenAPI document of the API.
pub fn document() -> OpenApi {
    let mut document = reads().merge(large()).merge(writes()).into_openapi();
    document.info = InfoBuilder::new()
        .title("Verin coordinator")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Jobs, models, provers and rewards of a Verin network, read from the chain; quotes, and requests that a wallet can send. \
             Hashes and addresses are hexadecimal with 0x, amounts decimal strings in base units of their token, times seconds \
             since 1970.",
        ))
        .build();
    let components = document.components.get_or_insert_default();
    let bearer =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("The coordinator's token.")).build();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let fault: Vec<(String, RefOr<utoipa::openapi::Schema>)> = {
        use utoipa::{PartialSchema, ToSchema};
        vec![(Fault::name().into_owned(), Fault::schema()), (Problem::name().into_owned(), Problem::schema())]
    };
    components.schemas.extend(fault);
    for path in document.paths.paths.values_mut() {
        for operation in [path.get.as_mut(), path.post.as_mut()].into_iter().flatten() {
            for (status, about) in ANY {
                let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Fault"))).build();
                let response = ResponseBuilder::new().description(about).content("application/json", content).build();
                operation.responses.responses.entry(status.into()).or_insert_with(|| response.into());
            }
        }
    }
    document
}

/// Gives it.
pub(super) async fn get() -> impl IntoResponse {
    Json(document())
}
