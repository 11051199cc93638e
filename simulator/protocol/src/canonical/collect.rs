//! Collects the fields of one body and refuses what may not be collected: too many, and one name twice.

use std::collections::BTreeSet;

use super::{Cuts, DecodeError, Field, Fields, MAX_FIELDS, Scalar, shown};

/// Up to so many names are looked through one by one, which is cheaper than any index; a request has about ten.
const LINEAR_MAX: usize = 16;

#[derive(Default)]
pub(super) struct Collector {
    fields: Vec<Field>,
    /// Every name, once there are more than [`LINEAR_MAX`].
    names: BTreeSet<String>,
}

impl Collector {
    pub(super) fn with_capacity(fields: usize) -> Self {
        Self {
            fields: Vec::with_capacity(fields.min(MAX_FIELDS)),
            names: BTreeSet::new(),
        }
    }

    /// The next field of the document.
    pub(super) fn push(&mut self, name: String, cuts: Cuts, value: Scalar) -> Result<(), DecodeError> {
        self.admit(&name)?;
        self.fields.push(Field { name, cuts, value });
        Ok(())
    }

    /// A field where PHP puts it: behind the last one of the innermost object that it shares with any.
    pub(super) fn place(&mut self, name: String, cuts: Cuts, value: Scalar) -> Result<(), DecodeError> {
        self.admit(&name)?;
        let new = Field { name, cuts, value };
        let (mut behind, mut most) = (self.fields.len(), 0);
        for (index, field) in self.fields.iter().enumerate() {
            let shared = new.segments().zip(field.segments()).take_while(|(a, b)| a == b).count();
            if shared == new.segments().count() || shared == field.segments().count() {
                return Err(DecodeError::Duplicate { name: shown(&new.name) });
            }
            if shared > 0 && shared >= most {
                (behind, most) = (index + 1, shared);
            }
        }
        self.fields.insert(behind, new);
        Ok(())
    }

    pub(super) fn finish(self) -> Fields {
        Fields(self.fields)
    }

    fn admit(&mut self, name: &str) -> Result<(), DecodeError> {
        if self.fields.len() == MAX_FIELDS {
            return Err(DecodeError::TooManyFields);
        }
        if self.is_taken(name) {
            return Err(DecodeError::Duplicate { name: shown(name) });
        }
        Ok(())
    }

    fn is_taken(&mut self, name: &str) -> bool {
        if self.fields.len() < LINEAR_MAX {
            return self.fields.iter().any(|field| field.name == name);
        }
        if self.names.is_empty() {
            self.names.extend(self.fields.iter().map(|field| field.name.clone()));
        }
        !self.names.insert(name.to_owned())
    }
}
