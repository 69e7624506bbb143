//! Assembles one function: labels to offsets, `Charge` where a block must end, costs, frame size.
//!
//! Invariants of what `finish` returns: every jump lands on an instruction; no block falls through into a jump
//! target without a terminator; every terminator's cost byte is the sum of its block; handlers stand inner ones
//! first. A block that costs more than a byte holds is split where no temp is live.

use super::{AssembleError, at_most};
use crate::image::{Handler, Line};
use crate::isa::{Bank, Flow, Inst, Op, Operand};
use crate::limits;

/// A place in a function, bound once.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Label(u32);

/// A finished function body.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Body {
    /// Instructions.
    pub code: Vec<Inst>,
    /// Handlers, inner ones first.
    pub handlers: Vec<Handler>,
    /// Source map.
    pub lines: Vec<Line>,
    /// Numeric temps used.
    pub num_temps: u16,
    /// Reference temps used.
    pub ref_temps: u16,
}

/// An instruction before its jump is resolved.
#[derive(Clone, Copy)]
struct Piece {
    inst: Inst,
    ext: Option<Inst>,
    target: Option<Label>,
    /// Numeric and reference temps that a call reads.
    window: (u16, u16),
}

impl Piece {
    fn plain(inst: Inst) -> Piece {
        Piece {
            inst,
            ext: None,
            target: None,
            window: (0, 0),
        }
    }

    fn op(&self) -> Op {
        Op::from_u8(self.inst.op).expect("made from an Op")
    }

    /// Words, when a conditional jump is short or long.
    fn words(&self, long: bool) -> usize {
        1 + usize::from(self.ext.is_some()) + if long { 2 } else { 0 }
    }

    /// Each register operand: its meaning and number.
    fn operands(&self) -> impl Iterator<Item = (Operand, u16)> {
        let info = self.op().info();
        let fields = |inst: Inst| [inst.a, inst.b, inst.c];
        let first = info.operands.into_iter().zip(fields(self.inst));
        let ext = info
            .ext
            .into_iter()
            .flatten()
            .zip(self.ext.into_iter().flat_map(fields));
        first.chain(ext)
    }
}

/// Collects instructions; see the module's header.
#[derive(Default)]
pub struct FunctionBuilder {
    pieces: Vec<Piece>,
    labels: Vec<Option<usize>>,
    handlers: Vec<[Label; 3]>,
    lines: Vec<(usize, u32, u32)>,
}

impl FunctionBuilder {
    /// An empty function.
    pub fn new() -> FunctionBuilder {
        FunctionBuilder::default()
    }

    /// A new label, to be bound later.
    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() as u32 - 1)
    }

    /// Binds a label to the next instruction.
    pub fn bind(&mut self, label: Label) {
        let place = &mut self.labels[label.0 as usize];
        assert!(place.is_none(), "a label is bound once");
        *place = Some(self.pieces.len());
    }

    /// A new label for the next instruction.
    pub fn here(&mut self) -> Label {
        let label = self.label();
        self.bind(label);
        label
    }

    /// From here on, code comes from this place (file index in the upper 8 bits of `line`).
    pub fn line(&mut self, line: u32, column: u32) {
        if self
            .lines
            .last()
            .is_some_and(|&(at, ..)| at == self.pieces.len())
        {
            self.lines.pop();
        }
        if self
            .lines
            .last()
            .is_none_or(|&(_, l, c)| (l, c) != (line, column))
        {
            self.lines.push((self.pieces.len(), line, column));
        }
    }

    /// An instruction that is no jump and no call.
    pub fn emit(&mut self, op: Op, a: u16, b: u16, c: u16) {
        self.pieces.push(Piece::plain(Inst::new(op, a, b, c)));
    }

    /// An instruction with a 32-bit immediate.
    pub fn emit_i32(&mut self, op: Op, a: u16, value: i32) {
        self.pieces.push(Piece::plain(Inst::with_i32(op, a, value)));
    }

    /// An instruction with an `Ext` word.
    pub fn emit_ext(&mut self, op: Op, [a, b, c]: [u16; 3], [d, e, f]: [u16; 3]) {
        self.pieces.push(Piece {
            ext: Some(Inst::new(Op::Ext, d, e, f)),
            ..Piece::plain(Inst::new(op, a, b, c))
        });
    }

    /// A call with arguments in the first `nums` numeric and the first `refs` reference temps; `CallMember`
    /// takes its signature as `ext`.
    pub fn call(&mut self, op: Op, [a, b, c]: [u16; 3], ext: Option<u16>, nums: u16, refs: u16) {
        self.pieces.push(Piece {
            ext: ext.map(|sig| Inst::new(Op::Ext, sig, 0, 0)),
            window: (nums, refs),
            ..Piece::plain(Inst::new(op, a, b, c))
        });
    }

    /// `Jmp` to a label.
    pub fn jump(&mut self, target: Label) {
        self.pieces.push(Piece {
            target: Some(target),
            ..Piece::plain(Inst::new(Op::Jmp, 0, 0, 0))
        });
    }

    /// A conditional jump to a label.
    pub fn branch(&mut self, op: Op, a: u16, b: u16, target: Label) {
        debug_assert_eq!(op.info().operands[2], Operand::Jump);
        self.pieces.push(Piece {
            target: Some(target),
            ..Piece::plain(Inst::new(op, a, b, 0))
        });
    }

    /// An error thrown from `start` up to `end` goes on at `target`. Of ranges that are equal, the first added is the inner.
    pub fn handler(&mut self, start: Label, end: Label, target: Label) {
        self.handlers.push([start, end, target]);
    }

    /// Whether the next instruction can be reached from the last one: false after a jump or return.
    pub fn falls_through(&self) -> bool {
        self.pieces
            .last()
            .is_none_or(|p| !matches!(p.op().info().flow, Flow::Jump | Flow::Leave))
    }

    /// The function's code, given how many registers of each bank are locals.
    pub fn finish(mut self, num_locals: u16, ref_locals: u16) -> Result<Body, AssembleError> {
        let (num_temps, ref_temps) = self.temps(num_locals, ref_locals)?;
        self.charge_fall_through()?;
        self.split_costly_blocks(num_locals, ref_locals)?;
        let long = self.long_jumps()?;
        let starts = self.starts(&long);
        at_most(
            "instructions in a function",
            starts[self.pieces.len()],
            limits::FUNCTION_CODE_MAX,
        )?;
        let mut code = self.encode(&long, &starts)?;
        fill_costs(&mut code);
        Ok(Body {
            code,
            handlers: self.resolve_handlers(&starts)?,
            lines: self.resolve_lines(&starts),
            num_temps,
            ref_temps,
        })
    }

    /// How many temps of each bank are used.
    fn temps(&self, num_locals: u16, ref_locals: u16) -> Result<(u16, u16), AssembleError> {
        let (mut nums, mut refs) = (0, 0);
        for piece in &self.pieces {
            nums = nums.max(piece.window.0);
            refs = refs.max(piece.window.1);
            for (operand, register) in piece.operands() {
                match operand.bank() {
                    Some(Bank::Num) => nums = nums.max(count_above(register, num_locals)),
                    Some(Bank::Ref) => refs = refs.max(count_above(register, ref_locals)),
                    None => {}
                }
            }
        }
        for (temps, locals) in [(nums, num_locals), (refs, ref_locals)] {
            let registers = usize::from(temps) + usize::from(locals);
            at_most("registers", registers, limits::REGISTERS_MAX as usize)?;
        }
        Ok((nums, refs))
    }

    /// Which instructions are jumped to.
    fn leaders(&self) -> Result<Vec<bool>, AssembleError> {
        let mut leaders = vec![false; self.pieces.len()];
        let jumps = self.pieces.iter().filter_map(|p| p.target);
        for label in jumps.chain(self.handlers.iter().map(|h| h[2])) {
            *leaders
                .get_mut(self.place(label)?)
                .ok_or(AssembleError::Unbound { label: label.0 })? = true;
        }
        Ok(leaders)
    }

    /// Inserts a `Charge` wherever a block falls through into a jump target.
    fn charge_fall_through(&mut self) -> Result<(), AssembleError> {
        let leaders = self.leaders()?;
        let charges = (1..self.pieces.len())
            .filter(|&i| leaders[i] && !self.pieces[i - 1].op().is_terminator())
            .collect::<Vec<_>>();
        self.insert_charges(&charges);
        Ok(())
    }

    /// Inserts `Charge` into blocks whose cost does not fit a byte.
    fn split_costly_blocks(
        &mut self,
        num_locals: u16,
        ref_locals: u16,
    ) -> Result<(), AssembleError> {
        let live = self.live_temps(num_locals, ref_locals);
        let mut charges = Vec::new();
        let (mut start, mut cost, mut last_dead) = (0, 0, None);
        for (i, piece) in self.pieces.iter().enumerate() {
            if i > start && !live[i] {
                last_dead = Some((i, cost));
            }
            cost += u32::from(piece.op().info().cost);
            if cost > limits::BLOCK_COST_MAX {
                let (split, cost_before) =
                    last_dead.ok_or(AssembleError::BlockTooCostly { start })?;
                charges.push(split);
                (start, cost, last_dead) = (split, cost - cost_before, None);
            }
            if piece.op().is_terminator() {
                (start, cost, last_dead) = (i + 1, 0, None);
            }
        }
        self.insert_charges(&charges);
        Ok(())
    }

    /// For each instruction, whether a temp written before it in its block is read by it or later in the block.
    fn live_temps(&self, num_locals: u16, ref_locals: u16) -> Vec<bool> {
        let mut live = vec![false; self.pieces.len()];
        let mut set = std::collections::BTreeSet::new();
        for (i, piece) in self.pieces.iter().enumerate().rev() {
            if piece.op().is_terminator() {
                set.clear();
            }
            // Where a result goes is no definition: the result may lack that half.
            let temps = piece.operands().filter_map(|(operand, register)| {
                let (bank, first) = match operand.bank()? {
                    _ if matches!(operand, Operand::RetN | Operand::RetR) => return None,
                    Bank::Num => (0, num_locals),
                    Bank::Ref => (1, ref_locals),
                };
                (register >= first).then(|| (is_def(operand), (bank, register - first)))
            });
            let (defs, uses): (Vec<_>, Vec<_>) = temps.partition(|t| t.0);
            for (_, temp) in defs {
                set.remove(&temp);
            }
            set.extend(uses.into_iter().map(|t| t.1));
            set.extend((0..piece.window.0).map(|t| (0, t)));
            set.extend((0..piece.window.1).map(|t| (1, t)));
            live[i] = !set.is_empty();
        }
        live
    }

    /// Inserts a `Charge` before each of these instructions; labels and lines stay with the instruction.
    fn insert_charges(&mut self, before: &[usize]) {
        if before.is_empty() {
            return;
        }
        let moved = |at: usize| at + before.partition_point(|&b| b <= at);
        let mut pieces = Vec::with_capacity(self.pieces.len() + before.len());
        let mut next = before.iter().peekable();
        for (i, piece) in self.pieces.drain(..).enumerate() {
            if next.next_if_eq(&&i).is_some() {
                pieces.push(Piece::plain(Inst::new(Op::Charge, 0, 0, 0)));
            }
            pieces.push(piece);
        }
        self.pieces = pieces;
        for place in self.labels.iter_mut().flatten() {
            *place = moved(*place);
        }
        for line in &mut self.lines {
            line.0 = moved(line.0);
        }
    }

    /// The instruction that a label stands before.
    fn place(&self, label: Label) -> Result<usize, AssembleError> {
        self.labels[label.0 as usize].ok_or(AssembleError::Unbound { label: label.0 })
    }

    /// Where each instruction starts, and the end.
    fn starts(&self, long: &[bool]) -> Vec<usize> {
        let mut starts = Vec::with_capacity(self.pieces.len() + 1);
        let mut at = 0;
        for (piece, &long) in self.pieces.iter().zip(long) {
            starts.push(at);
            at += piece.words(long);
        }
        starts.push(at);
        starts
    }

    /// Which conditional jumps are too far for 16 bits. Making one long can push others out of reach: repeats until none is.
    fn long_jumps(&self) -> Result<Vec<bool>, AssembleError> {
        let mut long = vec![false; self.pieces.len()];
        loop {
            let starts = self.starts(&long);
            let mut changed = false;
            for (i, piece) in self.pieces.iter().enumerate() {
                let Some(target) = piece.target.filter(|_| piece.op() != Op::Jmp && !long[i])
                else {
                    continue;
                };
                let offset = starts[self.place(target)?] as i64 - starts[i] as i64;
                if i16::try_from(offset).is_err() {
                    long[i] = true;
                    changed = true;
                }
            }
            if !changed {
                return Ok(long);
            }
        }
    }

    /// The instructions, without costs.
    fn encode(&self, long: &[bool], starts: &[usize]) -> Result<Vec<Inst>, AssembleError> {
        let mut code = Vec::with_capacity(starts[self.pieces.len()]);
        for (i, piece) in self.pieces.iter().enumerate() {
            let mut inst = piece.inst;
            if let Some(target) = piece.target {
                let offset = starts[self.place(target)?] as i32 - starts[i] as i32;
                if long[i] {
                    // Taken: over the first jump to the second, which reaches everywhere.
                    inst.c = 2;
                    code.push(inst);
                    code.push(Inst::with_i32(Op::Jmp, 0, 2));
                    inst = Inst::with_i32(Op::Jmp, 0, offset - 2);
                } else if piece.op() == Op::Jmp {
                    inst = Inst::with_i32(Op::Jmp, 0, offset);
                } else {
                    inst.c = offset as i16 as u16;
                }
            }
            code.push(inst);
            code.extend(piece.ext);
        }
        Ok(code)
    }

    fn resolve_handlers(&self, starts: &[usize]) -> Result<Vec<Handler>, AssembleError> {
        let mut handlers = Vec::with_capacity(self.handlers.len());
        for labels in &self.handlers {
            let at = |label| Ok(starts[self.place(label)?] as u32);
            handlers.push(Handler {
                start: at(labels[0])?,
                end: at(labels[1])?,
                target: at(labels[2])?,
            });
        }
        handlers.retain(|h| h.start < h.end);
        at_most(
            "handlers in a function",
            handlers.len(),
            limits::FUNCTION_HANDLERS_MAX,
        )?;
        handlers.sort_by_key(|h| (h.end, std::cmp::Reverse(h.start)));
        Ok(handlers)
    }

    fn resolve_lines(&self, starts: &[usize]) -> Vec<Line> {
        let end = starts[self.pieces.len()];
        let resolved = self.lines.iter().map(|&(at, line, column)| Line {
            pc: starts[at] as u32,
            line,
            column,
        });
        resolved.filter(|l| (l.pc as usize) < end).collect()
    }
}

/// Writes each block's cost to its terminator.
fn fill_costs(code: &mut [Inst]) {
    let mut cost = 0;
    for inst in code {
        let op = Op::from_u8(inst.op).expect("made from an Op");
        cost += u32::from(op.info().cost);
        if op.is_terminator() {
            inst.cost = u8::try_from(cost).expect("costly blocks were split");
            cost = 0;
        }
    }
}

/// How many temps there are if this register is the last.
fn count_above(register: u16, locals: u16) -> u16 {
    register.saturating_add(1).saturating_sub(locals)
}

/// Whether a register operand is always written.
fn is_def(operand: Operand) -> bool {
    use Operand::{DefF, DefI, DefN, DefR, DefZ};
    matches!(operand, DefF | DefI | DefZ | DefN | DefR)
}
