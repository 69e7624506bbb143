//! Captures: what closures take along, and which variables a closure may reach before they have a value.
//!
//! The walk over names (`names.rs`) noted direct uses; a use of a local function is a use of all that it
//! captures itself. Absent: how captures are stored (the lowering).

use super::{Checker, FnRef};
use crate::ast::*;
use rustc_hash::FxHashMap;

impl Checker<'_> {
    /// Completes the captures and finds the variables that need a check.
    pub(super) fn finish_captures(&mut self) {
        self.spread_captures();
        self.find_early_uses();
    }

    /// A function that mentions a local function needs what that one captures.
    fn spread_captures(&mut self) {
        let refs: Vec<(FnId, FnId)> = self
            .fn_refs
            .iter()
            .filter_map(|r| Some((r.function?, r.target)))
            .collect();
        let mut changed = true;
        while changed {
            changed = false;
            for &(function, target) in &refs {
                for binding in self.fns[target.index()].captures.clone() {
                    changed |= self.capture(function, binding);
                }
            }
        }
    }

    /// Adds a capture to a function and those around it, up to the variable's owner.
    fn capture(&mut self, function: FnId, binding: BindingId) -> bool {
        let owner = self.bindings[binding.index()].owner;
        let mut changed = false;
        let mut at = Some(function);
        while at != owner
            && let Some(id) = at
        {
            let data = &mut self.fns[id.index()];
            if !data.captures.contains(&binding) {
                data.captures.push(binding);
                changed = true;
            }
            at = data.parent;
        }
        changed
    }

    /// Marks variables that a function uses which may run before their declaration has.
    fn find_early_uses(&mut self) {
        let first = self.first_mentions();
        for at in 0..self.uses.len() {
            let (binding, function, file) = (
                self.uses[at].binding,
                self.uses[at].function,
                self.uses[at].file,
            );
            let info = &self.bindings[binding.index()];
            let is_var = matches!(
                self.binding_extra[binding.index()].source,
                super::BindingSource::Var(..)
            );
            if !is_var || info.needs_init_check {
                continue;
            }
            let end = self.binding_extra[binding.index()].end;
            let early = if info.span.file == file {
                self.runs_before(function, info.owner, end, &first)
            } else {
                self.is_initialised_later(info.span.file, file)
            };
            self.bindings[binding.index()].needs_init_check = early;
        }
    }

    /// Whether a module's variables get their values after another module has run.
    fn is_initialised_later(&self, declaring: FileId, using: FileId) -> bool {
        let position = |file| {
            self.program
                .modules
                .iter()
                .position(|module| module.file == file)
        };
        position(declaring) >= position(using)
    }

    /// Where each declared function is first mentioned by code that runs in order.
    fn first_mentions(&self) -> FxHashMap<FnId, u32> {
        let mut first: FxHashMap<FnId, u32> = FxHashMap::default();
        let mut changed = true;
        while changed {
            changed = false;
            for mention in &self.fn_refs {
                let at = match self.hoisted_around(mention) {
                    Some(around) => match first.get(&around) {
                        Some(&at) => at,
                        None => continue,
                    },
                    None => mention.at,
                };
                let known = first.entry(mention.target).or_insert(u32::MAX);
                if at < *known {
                    *known = at;
                    changed = true;
                }
            }
        }
        first
    }

    /// The innermost declared function around a mention, if it doesn't run where it stands.
    fn hoisted_around(&self, mention: &FnRef) -> Option<FnId> {
        let mut at = mention.function;
        while let Some(id) = at {
            let data = &self.fns[id.index()];
            if data
                .node
                .is_some_and(|n| n.form == FunctionForm::Declaration)
            {
                let same = self.fns[mention.target.index()].file == mention.file;
                return same.then_some(id);
            }
            at = data.parent;
        }
        None
    }

    /// Whether the function that uses a variable may be called before place `end` in the variable's owner.
    fn runs_before(
        &self,
        function: Option<FnId>,
        owner: Option<FnId>,
        end: u32,
        first: &FxHashMap<FnId, u32>,
    ) -> bool {
        let mut at = function;
        let mut outermost = None;
        while at != owner
            && let Some(id) = at
        {
            outermost = Some(id);
            at = self.fns[id.index()].parent;
        }
        let Some(id) = outermost else { return false };
        let Some(node) = self.fns[id.index()].node else {
            return false;
        };
        match node.form {
            FunctionForm::Declaration => first.get(&id).is_some_and(|&at| at < end),
            _ => node.span.start < end,
        }
    }
}
