//! Builds one function instance: blocks, registers, variables, and the scopes that `break`, `return` and errors cross.
//!
//! Holds the builder and its elementary moves; statements, expressions and calls extend it in files of their own.
//! Invariant: code after a jump goes to a block that nothing reaches, which a pass removes.

use super::program::{FieldSpec, GlobalKey, Program};
use super::repr::{Env, optional};
use super::scopes::Capture;
use crate::ast::*;
use crate::mir::{BlockId, Func, Inst, NO_REG, Reg, Term};
use crate::types::TypeId;
use raya_bytecode::isa::{Op, Trap};
use raya_bytecode::slot::Slot;
use rustc_hash::{FxHashMap, FxHashSet};

/// A value: one register or a mixed pair. `VOID` has none and stands for undefined.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Val {
    /// What it holds.
    pub slot: Slot,
    /// Numeric half.
    pub n: Reg,
    /// Reference half.
    pub r: Reg,
}

/// No value: undefined.
pub const NOTHING: Val = Val {
    slot: Slot::VOID,
    n: NO_REG,
    r: NO_REG,
};

/// Where a variable lives.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In registers.
    Local(Val),
    /// In a cell of this class.
    Cell(Reg, u16),
    /// In the globals.
    Global(u32, Slot),
}

/// A statement that `break`, `continue` or `return` may leave.
#[derive(Clone)]
pub enum Scope<'a> {
    /// A loop, switch or labelled statement.
    Target {
        /// Its labels.
        labels: Vec<Name>,
        /// Where `break` goes.
        exit: BlockId,
        /// Where `continue` goes, if it is a loop.
        next: Option<BlockId>,
        /// An unlabelled `break` means it.
        plain: bool,
    },
    /// A `try` with `finally`.
    Finally {
        /// The block.
        body: &'a [Stmt],
        /// The handler around it.
        handler: Option<BlockId>,
    },
}

/// The builder. See the module's header.
pub struct Fx<'a, 'p> {
    /// The program.
    pub p: &'p mut Program<'a>,
    /// The function.
    pub f: Func,
    /// Kinds of the type parameters.
    pub env: Env,
    /// Where code goes.
    pub current: BlockId,
    /// Variables.
    pub places: FxHashMap<BindingId, Place>,
    /// Variables that were used before their declaration was lowered.
    pub ahead: FxHashSet<BindingId>,
    /// Closures of functions declared here.
    pub closures: FxHashMap<FnId, Val>,
    /// `this`.
    pub this: Option<Val>,
    /// The closure itself, its class, and what it captures in the order of its fields.
    pub closure: Option<(Val, u16, Vec<Capture>)>,
    /// The function being lowered.
    pub id: Option<FnId>,
    /// What can be left.
    pub scopes: Vec<Scope<'a>>,
    /// Where errors go.
    pub handler: Option<BlockId>,
    /// Where optional chains end when cut short.
    pub chains: Vec<BlockId>,
    /// The type that `return` gives.
    pub ret_type: Option<TypeId>,
    /// Where what is being lowered stands.
    pub span: Span,
    /// Labels of the statement to come.
    pub labels: Vec<Name>,
    /// The class whose members these are (for `super`).
    pub class: Option<u16>,
    /// Arguments are for a prelude function that only reads arrays: one of another kind is passed as a copy.
    pub copies_arrays: bool,
    /// The value of the call being lowered is not looked at.
    pub discards: bool,
    /// How many `finally` blocks inside each other are being lowered.
    pub finalizer_depth: u32,
    /// Run after `super(…)`: the initialisers of own fields.
    pub after_super: Option<u16>,
}

impl<'a, 'p> Fx<'a, 'p> {
    /// A builder with an entry block.
    pub fn new(p: &'p mut Program<'a>, name: String, env: Env, span: Span) -> Fx<'a, 'p> {
        let mut f = Func::new(name);
        let entry = f.block();
        f.order.push(entry);
        Fx {
            p,
            f,
            env,
            current: entry,
            places: FxHashMap::default(),
            ahead: FxHashSet::default(),
            closures: FxHashMap::default(),
            this: None,
            closure: None,
            id: None,
            scopes: Vec::new(),
            handler: None,
            chains: Vec::new(),
            ret_type: None,
            span,
            labels: Vec::new(),
            class: None,
            finalizer_depth: 0,
            copies_arrays: false,
            discards: false,
            after_super: None,
        }
    }

    /// Reports something that cannot be lowered; the value stands in.
    pub fn refuse(&mut self, code: u16, span: Span, message: &str, help: &str) -> Val {
        self.p.diagnostics.error_help(code, span, message, help);
        NOTHING
    }

    // Blocks.

    /// A new block, to be started later.
    pub fn block(&mut self) -> BlockId {
        self.f.block()
    }

    /// Starts a block: code goes there now.
    pub fn start(&mut self, block: BlockId) {
        if matches!(self.f.blocks[self.current.index()].term, Term::Open) {
            self.end(Term::Jump(block));
        }
        self.f.blocks[block.index()].handler = self.handler;
        self.f.order.push(block);
        self.current = block;
    }

    fn end(&mut self, term: Term) {
        self.f.blocks[self.current.index()].term = term;
    }

    /// Ends the block; what follows goes to one that nothing reaches.
    pub fn finish(&mut self, term: Term) {
        self.end(term);
        let dead = self.block();
        self.f.blocks[dead.index()].handler = self.handler;
        self.f.order.push(dead);
        self.current = dead;
    }

    /// Jumps.
    pub fn jump(&mut self, to: BlockId) {
        self.finish(Term::Jump(to));
    }

    /// Branches: `op a, b` holds or not.
    pub fn branch(&mut self, op: Op, a: u32, b: u32, then: BlockId, otherwise: BlockId) {
        let inst = Inst::new(op, [a, b, 0], self.span);
        self.finish(Term::Branch(inst, then, otherwise));
    }

    /// Changes where errors go from here on.
    pub fn set_handler(&mut self, handler: Option<BlockId>) {
        if self.handler != handler {
            self.handler = handler;
            let next = self.block();
            self.start(next);
        }
    }

    /// Raises a trap.
    pub fn trap(&mut self, trap: Trap) {
        let inst = Inst::new(Op::Trap, [trap as u32, 0, 0], self.span);
        self.finish(Term::Leave(inst));
    }

    // Instructions.

    /// Adds an instruction.
    pub fn push(&mut self, inst: Inst) {
        self.f.blocks[self.current.index()].insts.push(inst);
    }

    /// Adds an instruction without result.
    pub fn emit(&mut self, op: Op, a: u32, b: u32, c: u32) {
        let inst = Inst::new(op, [a, b, c], self.span);
        self.push(inst);
    }

    /// Adds an instruction that writes `a`, a new register.
    pub fn def(&mut self, op: Op, slot: Slot, b: u32, c: u32) -> Val {
        let reg = self.f.reg(slot);
        self.emit(op, reg.0, b, c);
        self.val(slot, reg)
    }

    /// A value in one register.
    pub fn val(&self, slot: Slot, reg: Reg) -> Val {
        if slot.has_num() {
            Val {
                slot,
                n: reg,
                r: NO_REG,
            }
        } else {
            Val {
                slot,
                n: NO_REG,
                r: reg,
            }
        }
    }

    /// New registers for a value.
    pub fn fresh(&mut self, slot: Slot) -> Val {
        match slot {
            Slot::VOID => NOTHING,
            Slot::MIXED => Val {
                slot,
                n: self.f.reg(Slot::F64),
                r: self.f.reg(Slot::ANY),
            },
            _ => {
                let reg = self.f.reg(slot);
                self.val(slot, reg)
            }
        }
    }

    /// Copies a value of the same slot into registers.
    pub fn assign(&mut self, to: Val, from: Val) {
        if to == from {
            return;
        }
        if to.n != NO_REG {
            self.emit(Op::MovN, to.n.0, from.n.0, 0);
        }
        if to.r != NO_REG {
            self.emit(Op::MovR, to.r.0, from.r.0, 0);
        }
    }

    /// A copy in new registers.
    pub fn copy(&mut self, from: Val) -> Val {
        let to = self.fresh(from.slot);
        self.assign(to, from);
        to
    }

    /// Writes zero or undefined.
    pub fn clear(&mut self, to: Val) {
        if to.n != NO_REG {
            let op = match self.f.slot(to.n) {
                Slot::I32 => Op::ConstI,
                Slot::BOOL => Op::ConstZ,
                _ => Op::ConstFI,
            };
            self.emit(op, to.n.0, 0, 0);
        }
        if to.r != NO_REG {
            self.emit(Op::Tag, to.r.0, 0, 0);
        }
    }

    /// The zero of a slot.
    pub fn zero(&mut self, slot: Slot) -> Val {
        let val = self.fresh(slot);
        self.clear(val);
        val
    }

    /// A number constant.
    pub fn number(&mut self, value: f64) -> Val {
        let whole = value as i32;
        if f64::from(whole).to_bits() == value.to_bits() {
            return self.def(Op::ConstFI, Slot::F64, whole as u32, 0);
        }
        let index = self.p.number(value);
        self.def(Op::ConstF, Slot::F64, index, 0)
    }

    /// An int constant.
    pub fn int(&mut self, value: i32) -> Val {
        self.def(Op::ConstI, Slot::I32, value as u32, 0)
    }

    /// A boolean constant.
    pub fn boolean(&mut self, value: bool) -> Val {
        self.def(Op::ConstZ, Slot::BOOL, u32::from(value), 0)
    }

    /// A string constant.
    pub fn string(&mut self, text: &str) -> Val {
        let index = self.p.string(text);
        self.def(Op::ConstS, Slot::STR, index, 0)
    }

    /// Undefined (tag 0) or null (tag 1) in a reference slot.
    pub fn nullish(&mut self, slot: Slot, tag: u32) -> Val {
        if slot == Slot::MIXED {
            let val = self.fresh(slot);
            self.emit(Op::ConstFI, val.n.0, 0, 0);
            self.emit(Op::Tag, val.r.0, tag, 0);
            return val;
        }
        self.def(Op::Tag, slot, tag, 0)
    }

    // Calls.

    /// A call: the result registers come first in every call's operands.
    pub fn call(&mut self, op: Op, ret: Slot, target: u32, sig: u32, args: &[Val]) -> Val {
        let result = self.fresh(ret);
        let mut inst = Inst::new(op, [result.n.0, result.r.0, target], self.span);
        inst.x[3] = sig;
        for arg in args {
            inst.args
                .extend([arg.n, arg.r].into_iter().filter(|&r| r != NO_REG));
        }
        self.push(inst);
        result
    }

    /// A built-in, with arguments of exactly its parameters' slots.
    pub fn builtin(&mut self, builtin: raya_bytecode::builtins::Builtin, args: &[Val]) -> Val {
        let info = builtin.info();
        let args: Vec<Val> = args
            .iter()
            .zip(info.params)
            .map(|(&arg, &slot)| self.convert(arg, slot))
            .collect();
        self.call(Op::CallBuiltin, info.ret, builtin as u32, 0, &args)
    }

    // Fields.

    /// Reads a field of an object of a class instance.
    pub fn get_field(&mut self, object: Reg, class: u16, index: u32) -> Val {
        let slot = self.p.fields(class)[index as usize].slot;
        let val = self.fresh(slot);
        let field = |op, reg: Reg| {
            let mut inst = Inst::new(op, [reg.0, object.0, index], self.span);
            inst.x[3] = u32::from(class);
            inst
        };
        let insts = [
            (val.n != NO_REG).then(|| field(Op::GetN, val.n)),
            (val.r != NO_REG).then(|| field(Op::GetR, val.r)),
        ];
        insts.into_iter().flatten().for_each(|i| self.push(i));
        val
    }

    /// Writes a field; the value is converted.
    pub fn set_field(&mut self, object: Reg, class: u16, index: u32, value: Val) {
        let slot = self.p.fields(class)[index as usize].slot;
        let val = self.convert(value, slot);
        let field = |op, reg: Reg| {
            let mut inst = Inst::new(op, [object.0, index, reg.0], self.span);
            inst.x[3] = u32::from(class);
            inst
        };
        let insts = [
            (val.n != NO_REG).then(|| field(Op::SetN, val.n)),
            (val.r != NO_REG).then(|| field(Op::SetR, val.r)),
        ];
        insts.into_iter().flatten().for_each(|i| self.push(i));
    }

    /// A new object.
    pub fn new_object(&mut self, class: u16) -> Val {
        self.p.classes[class as usize].is_made = true;
        self.def(Op::New, Slot::class(class), u32::from(class), 0)
    }

    /// Reads a field of the globals.
    pub fn get_global(&mut self, index: u32, slot: Slot) -> Val {
        let val = self.fresh(slot);
        if val.n != NO_REG {
            self.emit(Op::GlobalN, val.n.0, index, 0);
        }
        if val.r != NO_REG {
            self.emit(Op::GlobalR, val.r.0, index, 0);
        }
        val
    }

    /// Writes a field of the globals.
    pub fn set_global(&mut self, index: u32, slot: Slot, value: Val) {
        let val = self.convert(value, slot);
        if val.n != NO_REG {
            self.emit(Op::SetGlobalN, index, val.n.0, 0);
        }
        if val.r != NO_REG {
            self.emit(Op::SetGlobalR, index, val.r.0, 0);
        }
    }

    // Types.

    /// The slot of a type here.
    pub fn slot(&mut self, ty: TypeId) -> Slot {
        self.p.slot(ty, &self.env)
    }

    /// The type of an expression.
    pub fn type_of(&self, e: &Expr) -> TypeId {
        self.p.checked.expr_types[e.id.index()]
    }

    /// The slot of an expression's value.
    pub fn slot_of(&mut self, e: &Expr) -> Slot {
        let ty = self.type_of(e);
        self.slot(ty)
    }

    // Variables.

    /// The slot of a variable.
    pub fn binding_slot(&mut self, binding: BindingId) -> Slot {
        let ty = self.p.checked.bindings[binding.index()].ty;
        self.slot(ty)
    }

    /// Whether a variable must be checked to be initialised.
    fn is_checked(&self, binding: BindingId) -> bool {
        self.p.checked.bindings[binding.index()].needs_init_check
    }

    /// Makes a place for a variable whose declaration is entered but has not run.
    pub fn declare(&mut self, binding: BindingId) -> Place {
        let slot = self.binding_slot(binding);
        let info = &self.p.checked.bindings[binding.index()];
        if info.global {
            let index = self.p.global(GlobalKey::Binding(binding), slot);
            if info.needs_init_check {
                self.p.global(GlobalKey::Initialized(binding), Slot::BOOL);
            }
            return Place::Global(index, slot);
        }
        let place = if self.p.scopes.cells.contains(&binding) {
            let class = self.p.cell_class(slot, info.needs_init_check);
            let cell = self.new_object(class);
            let kept = self.fresh(cell.slot);
            self.assign(kept, cell);
            Place::Cell(kept.r, class)
        } else {
            Place::Local(self.fresh(slot))
        };
        self.places.insert(binding, place);
        place
    }

    /// Runs a variable's declaration: it has this value from here on.
    pub fn initialize(&mut self, binding: BindingId, value: Val) {
        let info = &self.p.checked.bindings[binding.index()];
        let place = if info.global {
            self.declare(binding)
        } else {
            match self.places.get(&binding) {
                // Declared ahead, for closures made before.
                Some(&place) if self.ahead.remove(&binding) => place,
                _ => self.declare(binding),
            }
        };
        self.write_place(place, value);
        if self.is_checked(binding) {
            let yes = self.boolean(true);
            match place {
                Place::Cell(cell, class) => self.set_field(cell, class, 1, yes),
                Place::Global(..) => {
                    let flag = self.p.global(GlobalKey::Initialized(binding), Slot::BOOL);
                    self.set_global(flag, Slot::BOOL, yes);
                }
                Place::Local(_) => {}
            }
        }
    }

    /// Writes a place.
    pub fn write_place(&mut self, place: Place, value: Val) {
        match place {
            Place::Local(local) => {
                let value = self.convert(value, local.slot);
                self.assign(local, value);
            }
            Place::Cell(cell, class) => self.set_field(cell, class, 0, value),
            Place::Global(index, slot) => self.set_global(index, slot, value),
        }
    }

    /// Where a variable is, from here: local, global or captured.
    pub fn place(&mut self, binding: BindingId) -> Place {
        if let Some(&place) = self.places.get(&binding) {
            return place;
        }
        if self.p.checked.bindings[binding.index()].global {
            return self.declare(binding);
        }
        if let Some(value) = self.captured(Capture::Binding(binding)) {
            return match value.slot.as_class() {
                Some(class) if self.p.scopes.cells.contains(&binding) => {
                    Place::Cell(value.r, class)
                }
                _ => Place::Local(value),
            };
        }
        self.ahead.insert(binding);
        self.declare(binding)
    }

    /// Reads what this closure captures.
    pub fn captured(&mut self, capture: Capture) -> Option<Val> {
        let (closure, class, captures) = self.closure.as_ref()?;
        let index = captures.iter().position(|&c| c == capture)?;
        let (object, class) = (closure.r, *class);
        Some(self.get_field(object, class, index as u32))
    }

    /// Reads a variable, checking that it is initialised where needed.
    pub fn read_binding(&mut self, binding: BindingId) -> Val {
        let place = self.place(binding);
        if self.is_checked(binding) {
            self.check_initialized(binding, place);
        }
        match place {
            Place::Local(val) => val,
            Place::Cell(cell, class) => self.get_field(cell, class, 0),
            Place::Global(index, slot) => self.get_global(index, slot),
        }
    }

    /// Traps if a variable's declaration has not run.
    pub fn check_initialized(&mut self, binding: BindingId, place: Place) {
        let set = match place {
            Place::Cell(cell, class) => self.get_field(cell, class, 1),
            Place::Global(..) => {
                let flag = self.p.global(GlobalKey::Initialized(binding), Slot::BOOL);
                self.get_global(flag, Slot::BOOL)
            }
            Place::Local(_) => return,
        };
        let (bad, good) = (self.block(), self.block());
        self.branch(Op::JTrue, set.n.0, 0, good, bad);
        self.start(bad);
        self.trap(Trap::Uninitialized);
        self.start(good);
    }

    /// Writes a variable after its declaration.
    pub fn write_binding(&mut self, binding: BindingId, value: Val) {
        let place = self.place(binding);
        if self.is_checked(binding) {
            self.check_initialized(binding, place);
        }
        self.write_place(place, value);
    }

    /// `this`, from wherever it comes.
    pub fn this(&mut self) -> Val {
        if let Some(this) = self.this {
            return this;
        }
        match self.captured(Capture::This) {
            Some(this) => this,
            None => self.refuse(
                4006,
                self.span,
                "`this` has no meaning here",
                "use it in methods of classes and in arrow functions inside them",
            ),
        }
    }

    /// The fields of a closure that captures these.
    pub fn capture_fields(&mut self, f: FnId, captures: &[Capture]) -> Vec<FieldSpec> {
        let mut fields = Vec::new();
        let binds_this = self.p.scopes.binds_this.contains(&f);
        for &capture in captures {
            let (name, slot) = match capture {
                Capture::Binding(b) => {
                    let info = &self.p.checked.bindings[b.index()];
                    let slot = self.binding_slot(b);
                    let name = info.name.clone();
                    if self.p.scopes.cells.contains(&b) {
                        let cell = self.p.cell_class(slot, info.needs_init_check);
                        (name, Slot::class(cell))
                    } else {
                        (name, slot)
                    }
                }
                Capture::Function(f) => (self.p.ast(f).name.clone(), Slot::FUNC),
                Capture::This if binds_this => ("this".into(), Slot::OBJECT),
                Capture::This => ("this".into(), self.this().slot),
            };
            fields.push(FieldSpec {
                name,
                slot,
                flags: 0,
                ty: None,
            });
        }
        fields
    }

    /// The slot for a value of `slot` that may be missing.
    pub fn optional(&self, slot: Slot) -> Slot {
        optional(slot)
    }
}
