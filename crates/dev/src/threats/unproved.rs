//! tests/unproved.txt: the requirements that no test proves yet, which may only become fewer.
//!
//! Promises that the number in its first line is the number of its ids, so that a longer list shows twice in a review.

use std::collections::BTreeSet;

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unproved(BTreeSet<String>);

impl Unproved {
    /// Reads the file: a first line `# <n> …`, further comments, one id a line in order.
    pub fn parse(text: &str) -> Result<Unproved, String> {
        let first = text.lines().next().unwrap_or("");
        let count: usize = first
            .strip_prefix("# ")
            .and_then(|rest| rest.split(' ').next()?.parse().ok())
            .ok_or("the first line is not `# <number> …`")?;
        let ids: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).collect();
        if let Some(two) = ids.windows(2).find(|two| two[0] >= two[1]) {
            return Err(format!("{} stands before {}", two[0], two[1]));
        }
        if ids.len() != count {
            return Err(format!("the first line says {count}, but {} are listed", ids.len()));
        }
        Ok(Unproved(ids.into_iter().map(str::to_owned).collect()))
    }

    /// The listed ids.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether an id is listed.
    pub fn contains(&self, requirement: &str) -> bool {
        self.0.contains(requirement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_in_the_first_line_is_the_number_of_ids() {
        assert!(Unproved::parse("# 2 left\nSR-ADM-01\nSR-ADM-02\n").is_ok());
        assert!(Unproved::parse("# 1 left\nSR-ADM-01\nSR-ADM-02\n").unwrap_err().contains("says 1, but 2"));
        assert!(Unproved::parse("SR-ADM-01\n").is_err());
        assert!(Unproved::parse("# 2 left\nSR-ADM-02\nSR-ADM-01\n").unwrap_err().contains("stands before"));
        assert!(Unproved::parse("# 2 left\nSR-ADM-01\nSR-ADM-01\n").is_err());
    }
}
