//! Rows that tours take values from: a CSV file whose first row names the columns. Tour n takes row n, and the first
//! again after the last, so the same seed buys the same.

/// Rows of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Why a text is no feed.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// Not CSV.
    #[error("{0}")]
    Csv(#[from] csv::Error),
    /// Nothing to take.
    #[error("it has no row below the names of its columns")]
    Empty,
    /// More than a load keeps.
    #[error("it has more than {MOST} rows")]
    TooMany,
}

/// Rows at most: some hundred megabytes of usual ones.
const MOST: usize = 1_000_000;

impl Feed {
    /// Reads rows below the names of their columns.
    ///
    /// # Errors
    /// For a row of another length, and for none.
    pub fn parse(text: &str) -> Result<Self, FeedError> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let columns = reader.headers()?.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            if rows.len() == MOST {
                return Err(FeedError::TooMany);
            }
            rows.push(record?.iter().map(str::to_owned).collect());
        }
        if rows.is_empty() {
            return Err(FeedError::Empty);
        }
        Ok(Self { columns, rows })
    }

    /// Whether there is such a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }

    /// The row of a tour, by columns.
    pub(super) fn row(&self, seq: u64) -> impl Iterator<Item = (String, String)> {
        let at = usize::try_from(seq % self.rows.len() as u64).unwrap_or(0);
        self.columns.iter().cloned().zip(self.rows[at].iter().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::Feed;

    #[test]
    fn rows_come_again_after_the_last() {
        let feed = Feed::parse("sku, price\nA1,1.30\n\"B,2\", 7\n").unwrap();
        let sku = |seq| feed.row(seq).next().unwrap().1;
        assert_eq!(
            (sku(0), sku(1), sku(2)),
            ("A1".to_owned(), "B,2".to_owned(), "A1".to_owned())
        );
        assert!(feed.has("price") && !feed.has("amount"));
        for (text, message) in [
            ("sku\n", "it has no row below the names of its columns"),
            (
                "a,b\n1\n",
                "CSV error: record 1 (line: 2, byte: 4): found record with 1 fields, but the previous record has 2 fields",
            ),
        ] {
            assert_eq!(Feed::parse(text).unwrap_err().to_string(), message);
        }
    }
}
