//! The machinery behind every table: generational rows and columns, declared once with `table!`.
//!
//! ```text
//! index        0    1    2    3
//! generation   5    2    7    0        odd: live; even: free; 0: retired
//! free         [1]                     stack: last freed is reused first
//! columns      a    -    c    -        unused rows hold the column's default
//! ```
//!
//! `table!` gives a table its id type, its row type and columns, insert, free, look-up, `verify`, dump, load and
//! hash, so that no table can be left out of a snapshot. Invariants: an id names at most one row ever (a row whose
//! generations are used up is retired, not begun again); after a load the next id is the one that the table that was dumped
//! would have given. Absent: what columns mean.

use crate::dump::{LoadError, Persist, Reader, Writer, ensure};

/// The last generation of a row, odd. Small under `zeal`, so that tests see rows retire.
fn generation_max() -> u32 {
    if cfg!(feature = "zeal") { 7 } else { u32::MAX }
}

/// Which rows of a table are live, and which comes next.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rows {
    generations: Vec<u32>,
    free: Vec<u32>,
    /// How many rows are retired; follows from `generations`.
    retired: u32,
}

impl Rows {
    /// Takes a row: its index and generation.
    pub fn insert(&mut self) -> (u32, u32) {
        let index = self.free.pop().unwrap_or_else(|| {
            self.generations.push(0);
            u32::try_from(self.generations.len() - 1).expect("no table has 2^32 rows")
        });
        let generation = &mut self.generations[index as usize];
        *generation += 1;
        assert!(*generation % 2 == 1, "a row is free before it is taken");
        (index, *generation)
    }

    /// Gives a live row back.
    pub fn free(&mut self, index: u32) {
        let generation = &mut self.generations[index as usize];
        assert!(*generation % 2 == 1, "a row is live before it is freed");
        if *generation >= generation_max() {
            *generation = 0;
            self.retired += 1;
        } else {
            *generation += 1;
            self.free.push(index);
        }
    }

    /// Forgets all rows and their generations.
    pub fn clear(&mut self) {
        self.generations.clear();
        self.free.clear();
        self.retired = 0;
    }

    /// Whether this row is live in this generation.
    pub fn contains(&self, index: u32, generation: u32) -> bool {
        generation % 2 == 1 && self.generations.get(index as usize) == Some(&generation)
    }

    /// The generation of a row, if it is live.
    pub fn generation(&self, index: u32) -> Option<u32> {
        self.generations
            .get(index as usize)
            .copied()
            .filter(|g| g % 2 == 1)
    }

    /// How many rows there are, free and retired ones included: the length of every column.
    pub fn capacity(&self) -> usize {
        self.generations.len()
    }

    /// How many rows are live.
    pub fn len(&self) -> usize {
        self.generations.len() - self.free.len() - self.retired as usize
    }

    /// Whether no row is live.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The live rows, in order.
    pub fn live(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0u32..)
            .zip(self.generations.iter().copied())
            .filter(|(_, g)| g % 2 == 1)
    }

    /// Checks the invariants.
    pub fn verify(&self) -> Result<(), LoadError> {
        let mut seen = vec![false; self.generations.len()];
        for &index in &self.free {
            let generation = self.generations.get(index as usize).copied().unwrap_or(0);
            ensure(
                generation != 0 && generation % 2 == 0,
                "the free list names free rows",
            )?;
            ensure(
                !std::mem::replace(&mut seen[index as usize], true),
                "a row is free once",
            )?;
        }
        let free = self
            .generations
            .iter()
            .filter(|g| **g != 0 && **g % 2 == 0)
            .count();
        ensure(
            free == self.free.len(),
            "every free row is in the free list",
        )
    }
}

impl Persist for Rows {
    const BYTES_MIN: usize = 8;

    fn dump(&self, to: &mut Writer) {
        to.slice(&self.generations);
        to.slice(&self.free);
    }

    fn load(from: &mut Reader) -> Result<Rows, LoadError> {
        let generations: Vec<u32> = from.slice()?;
        let rows = Rows {
            retired: generations.iter().filter(|g| **g == 0).count() as u32,
            generations,
            free: from.slice()?,
        };
        rows.verify()?;
        Ok(rows)
    }
}

/// Declares an id type: a row's index and generation. Prints as `ctx3v7`; crosses an FFI as one `u64`.
macro_rules! id {
    ($(#[$doc:meta])* $Id:ident $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Id {
            index: u32,
            generation: u32,
        }

        impl $Id {
            /// The row that these name, live or not.
            pub(crate) fn new(index: u32, generation: u32) -> $Id {
                $Id { index, generation }
            }

            /// The row's place in the columns.
            pub fn index(self) -> usize {
                self.index as usize
            }

            /// As one number, never 0.
            pub fn to_bits(self) -> u64 {
                u64::from(self.generation) << 32 | u64::from(self.index)
            }

            /// From `to_bits`; none for a number that no row ever has.
            pub fn from_bits(bits: u64) -> Option<$Id> {
                let generation = (bits >> 32) as u32;
                (generation % 2 == 1).then_some($Id { index: bits as u32, generation })
            }
        }

        impl std::fmt::Display for $Id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "{}v{}"), self.index, self.generation)
            }
        }

        impl std::fmt::Debug for $Id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
    };
}
pub(crate) use id;

/// Declares a table: `Table, Row, Id "prefix" { columns }`. Columns must be `Default + Persist`.
macro_rules! table {
    (
        $(#[$doc:meta])* $Table:ident, $Row:ident, $Id:ident $prefix:literal {
            $($(#[$cdoc:meta])* $column:ident: $ty:ty),* $(,)?
        }
    ) => {
        $crate::table::id!(
            #[doc = concat!("The id of a row of [`", stringify!($Table), "`].")]
            $Id $prefix
        );

        #[doc = concat!("A row of [`", stringify!($Table), "`], going in or out.")]
        #[derive(Clone, PartialEq, Debug, Default)]
        pub struct $Row {
            $($(#[$cdoc])* pub $column: $ty),*
        }

        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug, Default)]
        pub struct $Table {
            rows: $crate::table::Rows,
            $($(#[$cdoc])* pub $column: Vec<$ty>),*
        }

        #[allow(dead_code, reason = "every table has the same operations")]
        impl $Table {
            /// Adds a row.
            pub fn insert(&mut self, row: $Row) -> $Id {
                let (index, generation) = self.rows.insert();
                if index as usize == self.rows.capacity() - 1 {
                    $(self.$column.resize_with(self.rows.capacity(), Default::default);)*
                }
                $(self.$column[index as usize] = row.$column;)*
                $Id::new(index, generation)
            }

            /// Takes a row out; none for a stale id.
            pub fn free(&mut self, id: $Id) -> Option<$Row> {
                let index = self.find(id)?;
                self.rows.free(index as u32);
                Some($Row { $($column: std::mem::take(&mut self.$column[index])),* })
            }

            /// Becomes as a new table is; only allocations are kept.
            pub fn clear(&mut self) {
                self.rows.clear();
                $(self.$column.clear();)*
            }

            /// The place of a row in the columns; none for a stale id.
            pub fn find(&self, id: $Id) -> Option<usize> {
                self.rows.contains(id.index() as u32, (id.to_bits() >> 32) as u32).then(|| id.index())
            }

            /// The id of the live row at a place.
            pub fn id_at(&self, index: usize) -> Option<$Id> {
                let index = u32::try_from(index).ok()?;
                Some($Id::new(index, self.rows.generation(index)?))
            }

            /// The ids of the live rows, in order of place.
            pub fn ids(&self) -> impl Iterator<Item = $Id> + '_ {
                self.rows.live().map(|(index, generation)| $Id::new(index, generation))
            }

            /// How many live rows there are.
            pub fn len(&self) -> usize {
                self.rows.len()
            }

            /// Whether there is no live row.
            pub fn is_empty(&self) -> bool {
                self.rows.is_empty()
            }

            /// How long every column is: live, free and retired rows.
            pub fn capacity(&self) -> usize {
                self.rows.capacity()
            }

            /// Checks the invariants of the machinery; those of the columns are the table's own `check`.
            pub fn verify_rows(&self) -> Result<(), $crate::dump::LoadError> {
                self.rows.verify()?;
                $($crate::dump::ensure(
                    self.$column.len() == self.rows.capacity(),
                    "columns are as long as the table",
                )?;)*
                Ok(())
            }

            /// The canonical hash of all rows and of what ids come next.
            pub fn hash(&self) -> u64 {
                $crate::dump::hash_of(self)
            }
        }

        impl $crate::dump::Persist for $Table {
            const BYTES_MIN: usize = 8;

            fn dump(&self, to: &mut $crate::dump::Writer) {
                self.rows.dump(to);
                $($crate::dump::Persist::dump_column(&self.$column, to);)*
            }

            fn load(from: &mut $crate::dump::Reader) -> Result<$Table, $crate::dump::LoadError> {
                let rows = $crate::table::Rows::load(from)?;
                let table = $Table { rows, $($column: $crate::dump::Persist::load_column(from)?),* };
                table.verify_rows()?;
                Ok(table)
            }
        }
    };
}
pub(crate) use table;

#[cfg(test)]
mod tests {
    use crate::dump::{Persist, Reader, Writer};
    use proptest::prelude::*;

    table! {
        /// A table to test with.
        Toys, Toy, ToyId "toy" {
            /// A number.
            size: u32,
            /// A text.
            name: String,
        }
    }

    /// What the table should be: ids ever given, with their rows while live.
    #[derive(Default)]
    struct Twin(Vec<(ToyId, Option<Toy>)>);

    fn reload(toys: &Toys) -> Toys {
        let mut to = Writer::new();
        toys.dump(&mut to);
        let bytes = to.into_bytes();
        let mut from = Reader::new(&bytes);
        let loaded = Toys::load(&mut from).expect("what was dumped loads");
        from.finish().expect("everything is read");
        loaded
    }

    proptest! {
        #[test]
        fn behaves_as_its_twin(ops in prop::collection::vec((0u8..5, 0usize..20), 0..200)) {
            let (mut toys, mut twin) = (Toys::default(), Twin::default());
            for (op, pick) in ops {
                match op {
                    0 | 1 => {
                        let row = Toy { size: pick as u32, name: format!("n{pick}") };
                        let id = toys.insert(row.clone());
                        prop_assert!(twin.0.iter().all(|(old, _)| *old != id));
                        twin.0.push((id, Some(row)));
                    }
                    2 | 3 if !twin.0.is_empty() => {
                        let at = pick % twin.0.len();
                        let (id, row) = &mut twin.0[at];
                        prop_assert_eq!(toys.free(*id), row.take());
                    }
                    _ => toys = reload(&toys),
                }
                for (id, row) in &twin.0 {
                    prop_assert_eq!(toys.find(*id).is_some(), row.is_some());
                    prop_assert_eq!(ToyId::from_bits(id.to_bits()), Some(*id));
                }
                prop_assert_eq!(toys.len(), twin.0.iter().filter(|(_, row)| row.is_some()).count());
                prop_assert_eq!(toys.verify_rows(), Ok(()));
                prop_assert_eq!(reload(&toys).hash(), toys.hash());
            }
        }

        #[test]
        fn loads_anything_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(toys) = Toys::load(&mut Reader::new(&bytes)) {
                prop_assert_eq!(toys.verify_rows(), Ok(()));
            }
        }
    }

    #[test]
    fn rows_are_retired_when_generations_are_used_up() {
        let mut rows = super::Rows {
            generations: vec![super::generation_max() - 1],
            free: vec![0],
            retired: 0,
        };
        assert_eq!(rows.insert(), (0, super::generation_max()));
        rows.free(0);
        assert_eq!(rows.insert(), (1, 1));
        assert_eq!(rows.verify(), Ok(()));
    }

    #[test]
    fn ids_print_their_prefix() {
        assert_eq!(Toys::default().insert(Toy::default()).to_string(), "toy0v1");
    }
}
