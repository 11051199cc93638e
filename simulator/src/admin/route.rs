//! What a route is: how it is reached, what answers it, and what the document says of it.

use bytes::Bytes;
use hyper::{Method, http::request::Parts};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    Admin,
    answer::Answered,
    query::{Parameter, Query},
};

/// A route.
pub(super) struct Route {
    /// Its method.
    pub(super) method: Method,
    /// Its path; one segment may be a parameter, `{name}`.
    pub(super) path: &'static str,
    /// What answers it.
    pub(super) answer: fn(&Admin, &Ask<'_>) -> Answered,
    /// What it does, in a line.
    pub(super) summary: &'static str,
    /// What its query may hold; anything else is refused.
    pub(super) query: &'static [Parameter],
    /// The body it reads.
    pub(super) reads: Reads,
    /// What it answers when all is well.
    pub(super) gives: Gives,
    /// Refusals of its own, beside those that every route or every route of its kind has.
    pub(super) refuses: &'static [u16],
}

/// A request of somebody who may ask.
pub(super) struct Ask<'a> {
    /// Its head.
    pub(super) head: &'a Parts,
    /// Its query.
    pub(super) query: Query<'a>,
    /// The path's parameter, decoded; empty for a path without one.
    pub(super) parameter: String,
    /// Its body.
    pub(super) body: &'a Bytes,
}

/// The body that a route reads.
#[derive(Clone, Copy)]
pub(super) enum Reads {
    /// None; one that comes is not looked at.
    Nothing,
    /// JSON of a type.
    Json(Shape),
    /// A scenario file.
    Scenario,
    /// A rule as scenario files write it, or a fault of connections.
    Fault,
}

/// What a route answers when all is well.
#[derive(Clone, Copy)]
pub(super) enum Gives {
    /// JSON of a type.
    Json(Shape),
    /// The same for something that is new: 201.
    Created(Shape),
    /// JSON of a type, or text of a media type where that is asked for.
    JsonOrText(Shape, &'static str),
    /// Text of one of these media types.
    Text(&'static [&'static str]),
    /// A stream of server-sent events, each JSON of a type.
    Events(Shape),
    /// An OpenAPI document.
    Document,
}

/// A type on the wire: its name and schema, and those of the types in it.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Its name.
    pub(super) name: fn() -> String,
    /// Its schema and those it refers to, by name.
    pub(super) schemas: fn() -> Vec<(String, RefOr<Schema>)>,
}

/// The shape of a type.
pub(super) const fn of<T: ToSchema>() -> Shape {
    Shape {
        name: || T::name().into_owned(),
        schemas: || {
            let mut found = vec![(T::name().into_owned(), T::schema())];
            T::schemas(&mut found);
            found
        },
    }
}

/// A route without query or body that answers JSON.
pub(super) const fn route(
    method: Method,
    path: &'static str,
    answer: fn(&Admin, &Ask<'_>) -> Answered,
    summary: &'static str,
    gives: Gives,
) -> Route {
    Route {
        method,
        path,
        answer,
        summary,
        query: &[],
        reads: Reads::Nothing,
        gives,
        refuses: &[],
    }
}

impl Route {
    /// The same with a query.
    pub(super) const fn asks(mut self, query: &'static [Parameter]) -> Self {
        self.query = query;
        self
    }

    /// The same with a body.
    pub(super) const fn reads(mut self, reads: Reads) -> Self {
        self.reads = reads;
        self
    }

    /// The same with refusals of its own.
    pub(super) const fn refuses(mut self, refuses: &'static [u16]) -> Self {
        self.refuses = refuses;
        self
    }
}
