//! Tests of `judge`.
