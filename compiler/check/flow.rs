//! What is known at a point of the program: narrowed references, variables without a value yet.
//!
//! The checker goes through statements in order and carries one `Env` along; branches clone it,
//! joins merge it. Absent: what conditions say (`narrow.rs`).

use super::Checker;
use crate::ast::{BindingId, ClassId, Expr, ExprKind, Name};
use crate::checked::{MemberRes, Resolution};
use crate::types::TypeId;
use rustc_hash::{FxHashMap, FxHashSet};

/// Where a reference starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Root {
    /// A variable.
    Binding(BindingId),
    /// `this`
    This,
    /// A class, for its static fields.
    Class(ClassId),
}

/// Something that can be narrowed: `a`, `a.b.c`, `this.x`, `a[0]`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Reference {
    pub root: Root,
    pub path: Vec<Name>,
}

impl Reference {
    fn starts_with(&self, prefix: &Reference) -> bool {
        self.root == prefix.root && self.path.starts_with(&prefix.path)
    }
}

/// What is known at a point.
#[derive(Clone, Default, Debug, PartialEq)]
pub(super) struct Env {
    /// Nothing comes here.
    pub dead: bool,
    /// Types narrower than declared.
    pub narrowed: FxHashMap<Reference, TypeId>,
    /// Variables that may have no value yet.
    pub unassigned: FxHashSet<BindingId>,
    /// In a constructor: fields that may have no value yet.
    pub fields: FxHashSet<Name>,
}

impl Env {
    /// A point that nothing reaches.
    pub fn unreachable() -> Env {
        Env {
            dead: true,
            ..Env::default()
        }
    }

    /// Forgets what is known of a reference and of everything below it.
    pub fn forget(&mut self, reference: &Reference) {
        self.narrowed
            .retain(|known, _| !known.starts_with(reference));
    }

    /// Forgets all that an assignment to these variables may have changed.
    pub fn forget_roots(&mut self, roots: &FxHashSet<BindingId>) {
        self.narrowed
            .retain(|known, _| !matches!(known.root, Root::Binding(b) if roots.contains(&b)));
    }
}

impl Checker<'_> {
    /// What is known where two paths meet.
    pub(super) fn join(&mut self, a: Env, b: Env) -> Env {
        if a.dead {
            return b;
        }
        if b.dead {
            return a;
        }
        let mut narrowed = FxHashMap::default();
        for (reference, &one) in &a.narrowed {
            if let Some(&other) = b.narrowed.get(reference) {
                let ty = if one == other {
                    one
                } else {
                    self.union([one, other])
                };
                narrowed.insert(reference.clone(), ty);
            }
        }
        let mut unassigned = a.unassigned;
        unassigned.extend(b.unassigned);
        let mut fields = a.fields;
        fields.extend(b.fields);
        Env {
            dead: false,
            narrowed,
            unassigned,
            fields,
        }
    }

    pub(super) fn join_all(&mut self, envs: impl IntoIterator<Item = Env>) -> Env {
        envs.into_iter()
            .fold(Env::unreachable(), |a, b| self.join(a, b))
    }

    /// The reference that an expression is, if it can be narrowed.
    pub(super) fn reference(&self, expr: &Expr) -> Option<Reference> {
        match &expr.kind {
            ExprKind::Ident(_) => match self.resolutions[expr.id.index()] {
                Some(Resolution::Binding(b)) => Some(Reference {
                    root: Root::Binding(b),
                    path: Vec::new(),
                }),
                Some(Resolution::Class(id)) => Some(Reference {
                    root: Root::Class(id),
                    path: Vec::new(),
                }),
                _ => None,
            },
            ExprKind::This => Some(Reference {
                root: Root::This,
                path: Vec::new(),
            }),
            ExprKind::Member { object, name, .. } => {
                if let Some(MemberRes::Module(Resolution::Binding(b))) =
                    self.members[expr.id.index()]
                {
                    return Some(Reference {
                        root: Root::Binding(b),
                        path: Vec::new(),
                    });
                }
                let mut reference = self.reference(object)?;
                reference.path.push(name.clone());
                Some(reference)
            }
            ExprKind::Index { object, index, .. } => {
                let key = self.index_key(index)?;
                let mut reference = self.reference(object)?;
                reference.path.push(key);
                Some(reference)
            }
            ExprKind::NonNull(inner) | ExprKind::OptionalChain(inner) => self.reference(inner),
            _ => None,
        }
    }

    /// The name of an element whose index can't change: a literal or a variable never reassigned.
    fn index_key(&self, index: &Expr) -> Option<Name> {
        match &index.kind {
            ExprKind::Number(value) => Some(value.to_string().into()),
            ExprKind::String(text) => Some(String::from_utf16_lossy(text).into()),
            ExprKind::Ident(_) => match self.resolutions[index.id.index()] {
                Some(Resolution::Binding(b)) if !self.bindings[b.index()].reassigned => {
                    Some(format!("[{}]", b.0).into())
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The type known for a reference whose type would otherwise be `declared`.
    pub(super) fn known_type(&mut self, expr: &Expr, declared: TypeId) -> TypeId {
        if self.cx.env.narrowed.is_empty() {
            return declared;
        }
        let Some(reference) = self.reference(expr) else {
            return declared;
        };
        match self.cx.env.narrowed.get(&reference).copied() {
            // What holds the property may have been narrowed since.
            Some(known) if !reference.path.is_empty() && known != declared => {
                if self.assignable(declared, known) {
                    declared
                } else {
                    known
                }
            }
            Some(known) => known,
            None => declared,
        }
    }
}
