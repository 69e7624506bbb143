//! Puts classes in preorder: gives each class its final id and rewrites every mention of it.

use crate::image::*;
use crate::isa::{Inst, OPS, Operand};
use crate::slot::Slot;

/// Final ids by id of declaration.
pub struct Renumbering {
    ids: Vec<u32>,
    /// By final id: the id of declaration.
    pub order: Vec<u32>,
    /// By final id: the last class of the subtree.
    pub last_subclass: Vec<u32>,
}

impl Renumbering {
    /// Preorder of classes given by their bases; every base was declared before what extends it.
    pub fn preorder(bases: &[Option<u16>]) -> Renumbering {
        let mut children = vec![Vec::new(); bases.len()];
        let mut pending = Vec::new();
        for (class, base) in bases.iter().enumerate().rev() {
            match base {
                Some(base) => children[usize::from(*base)].push(class),
                None => pending.push(class),
            }
        }
        let mut order = Vec::with_capacity(bases.len());
        let mut ids = vec![0; bases.len()];
        while let Some(class) = pending.pop() {
            ids[class] = order.len() as u32;
            order.push(class as u32);
            pending.append(&mut children[class]);
        }
        let mut last_subclass: Vec<u32> = (0..bases.len() as u32).collect();
        for id in (0..order.len()).rev() {
            if let Some(base) = bases[order[id] as usize] {
                let base = ids[usize::from(base)] as usize;
                last_subclass[base] = last_subclass[base].max(last_subclass[id]);
            }
        }
        Renumbering {
            ids,
            order,
            last_subclass,
        }
    }

    /// A class's final id.
    pub fn class(&self, class: u32) -> u32 {
        self.ids.get(class as usize).copied().unwrap_or(class)
    }

    /// A slot with the class's final id.
    pub fn slot(&self, slot: Slot) -> Slot {
        match slot.as_class() {
            Some(class) => Slot::class(self.class(u32::from(class)) as u16),
            None => slot,
        }
    }

    /// Rewrites everything but the rows of the classes and functions themselves.
    pub fn apply(&self, image: &mut Image) {
        for field in &mut image.fields {
            field.slot = self.slot(field.slot);
        }
        for slot in &mut image.slots {
            *slot = self.slot(*slot);
        }
        for function in &mut image.functions {
            function.ret = self.slot(function.ret);
            function.receiver = self.class(function.receiver);
        }
        for import in &mut image.imports {
            import.ret = self.slot(import.ret);
        }
        for desc in &mut image.descs {
            if matches!(desc.tag, DESC_TUPLE | DESC_OBJECT | DESC_CLASS) {
                desc.arg = self.class(desc.arg);
            }
        }
        for export in &mut image.exports {
            if export.kind == EXPORT_CLASS {
                export.index = self.class(export.index);
            }
        }
        let entry = &mut image.entry;
        for class in [
            &mut entry.globals,
            &mut entry.error,
            &mut entry.type_error,
            &mut entry.range_error,
            &mut entry.map,
            &mut entry.set,
        ] {
            *class = self.class(*class);
        }
        self.code(&mut image.code);
    }

    fn code(&self, code: &mut [Inst]) {
        let mut ext: Option<[Operand; 3]> = None;
        for inst in code {
            // An `Ext` word has the operands that the instruction before it says.
            let operands = ext.take().unwrap_or_else(|| {
                let info = OPS[usize::from(inst.op)].info();
                ext = info.ext;
                info.operands
            });
            for (operand, field) in operands.iter().zip([&mut inst.a, &mut inst.b, &mut inst.c]) {
                match operand {
                    Operand::Class => *field = self.class(u32::from(*field)) as u16,
                    Operand::Type => *field = self.slot(Slot(*field)).0,
                    _ => {}
                }
            }
        }
    }
}
