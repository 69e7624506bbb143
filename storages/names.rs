//! Texts that many rows share: a row each, found by text, kept as long as somebody uses it.
//!
//! ```text
//! name0 "world" uses 100000
//! name1 "log"   uses 3
//! ```
//!
//! A guest can name capabilities as it likes, so a name goes with its last user. Invariants: no two rows have the same text; a live
//! row is used. Written by whoever adds and frees rows that name something. Absent: who they are (`grants` counts them).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};
use crate::table::table;
use std::collections::BTreeMap;

table! {
    /// The texts.
    NameRows, NameRow, NameId "name" {
        /// The text.
        texts: Box<str>,
        /// How many rows use it.
        uses: u32,
    }
}

/// See the module's header.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Names {
    rows: NameRows,
    /// Derived: the place of each text.
    index: BTreeMap<Box<str>, u32>,
}

impl Names {
    /// The place of a text, with one user more.
    pub fn take(&mut self, text: &str) -> u32 {
        let known = self.index.get(text).copied();
        let place = known.unwrap_or_else(|| {
            let texts: Box<str> = text.into();
            let row = NameRow {
                texts: texts.clone(),
                uses: 0,
            };
            let place = self.rows.insert(row).index() as u32;
            self.index.insert(texts, place);
            place
        });
        self.rows.uses[place as usize] += 1;
        place
    }

    /// The text at a place has one user less; without any it goes.
    pub fn release(&mut self, place: u32) {
        let uses = &mut self.rows.uses[place as usize];
        *uses -= 1;
        if *uses == 0 {
            let id = self.rows.id_at(place as usize).expect("it was used");
            let row = self.rows.free(id).expect("it is live");
            self.index.remove(&row.texts);
        }
    }

    /// The text at a place that is used.
    pub fn text(&self, place: u32) -> &str {
        &self.rows.texts[place as usize]
    }

    /// Checks that texts are used as often as `uses` says, by place.
    pub fn verify(&self, uses: &[u32]) -> Result<(), LoadError> {
        self.rows.verify_rows()?;
        let counted = |id: NameId| uses.get(id.index()).copied().unwrap_or(0);
        let are_used = self
            .rows
            .ids()
            .all(|id| self.rows.uses[id.index()] > 0 && self.rows.uses[id.index()] == counted(id));
        ensure(are_used, "a name is used as often as it says")
    }

    /// Whether a live row is at a place.
    pub fn contains(&self, place: u32) -> bool {
        self.rows.id_at(place as usize).is_some()
    }

    /// How long columns are: one more than any place.
    pub fn capacity(&self) -> usize {
        self.rows.capacity()
    }
}

impl Persist for Names {
    const BYTES_MIN: usize = 8;

    fn dump(&self, to: &mut Writer) {
        self.rows.dump(to);
    }

    fn load(from: &mut Reader) -> Result<Names, LoadError> {
        let rows = NameRows::load(from)?;
        let mut index = BTreeMap::new();
        for place in rows.ids().map(NameId::index) {
            let before = index.insert(rows.texts[place].clone(), place as u32);
            ensure(before.is_none(), "a name stands once")?;
        }
        Ok(Names { rows, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_once_and_goes_with_its_last_user() {
        let mut names = Names::default();
        let [a, b, again] = ["a", "b", "a"].map(|text| names.take(text));
        assert_eq!((a == again, a == b, names.text(a)), (true, false, "a"));
        assert_eq!(names.verify(&[2, 1]), Ok(()));
        assert!(names.verify(&[1, 1]).is_err());
        names.release(a);
        assert!(names.contains(a));
        names.release(a);
        assert!(!names.contains(a) && names.contains(b));
        assert_eq!(names.take("c"), a, "rows are used again");
    }
}
