//! A task's stack: frames as rows over two banks of registers.
//!
//! ```text
//! rows   [ frame 0 ][ frame 1 ][ top ]
//! nums   | locals 0 | locals 1 | locals top | temps top | …
//! refs   | locals 0 | locals 1 | locals top | temps top | …
//! ```
//!
//! Invariants: a frame's registers begin where its caller's locals end; banks are as long as raise: 0 or a power of two,
//! for the deepest the stack has ever been, so that their bytes are the program's doing and not history's. At every stop
//! that can be seen from outside temps are dead: `live_nums` and `live_refs`, set by `settle` at the stop, end with the top's
//! locals, and only registers below them are dumped. Written by execution only.
//! Absent: what the registers mean (`bytecode`).

use crate::dump::{LoadError, Persist, Reader, Writer, ensure, persist_pod};
use crate::programs::LinkedFunction;
use bytemuck::{Pod, Zeroable};
use raya_bytecode::slot::Slot;
use std::ops::Range;

mod verify;

/// A frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub struct FrameRow {
    /// The function.
    pub function: u32,
    /// Where it goes on: index in the program's code, so that a return needs nothing else. Below the top: after the call.
    pub pc: u32,
    /// Its first numeric register in the bank.
    pub num_base: u32,
    /// Its first reference register in the bank.
    pub ref_base: u32,
    /// Where its result goes in the caller's numeric registers.
    pub ret_num: u16,
    /// Where its result goes in the caller's reference registers.
    pub ret_ref: u16,
    /// The slot the caller wants (a kind), if it differs from the function's own; otherwise `Slot::VOID`'s neighbour `NO_ADAPT`.
    pub ret_adapt: u16,
    /// A trap to raise when the frame goes on (number + 1), because its error could not be made before a collection; else 0.
    pub raise: u16,
}

const _: () = assert!(size_of::<FrameRow>() == 24);

persist_pod!(FrameRow);

/// `FrameRow::ret_adapt` when the result needs no change.
pub const NO_ADAPT: u16 = u16::MAX;

/// The fewest registers of a bank that has any.
const BANK_MIN: usize = 16;

/// Rows that a new stack has room for.
const ROWS_MIN: usize = 4;

/// A buffer that takes more bytes is not kept for the next task.
const KEPT_BYTES_MAX: usize = 16 << 10;

/// A buffer for more rows is not kept.
const ROWS_KEPT_MAX: usize = KEPT_BYTES_MAX / size_of::<FrameRow>();

/// A stack. See the module's header.
#[derive(Clone, Eq, Debug, Default)]
pub struct Stack {
    /// The frames, outermost first.
    pub rows: Vec<FrameRow>,
    /// Numeric registers.
    pub nums: Vec<u64>,
    /// Reference registers.
    pub refs: Vec<u32>,
    /// Numeric registers in use when execution last stopped here.
    pub live_nums: u32,
    /// Reference registers in use when execution last stopped here.
    pub live_refs: u32,
}

/// Dead registers do not count.
impl PartialEq for Stack {
    fn eq(&self, other: &Stack) -> bool {
        let sizes = |s: &Stack| (s.nums.len(), s.refs.len());
        self.rows == other.rows && sizes(self) == sizes(other) && self.live() == other.live()
    }
}

impl Stack {
    /// Becomes as a new one is; only allocations are kept, unless they are large.
    pub fn clear(&mut self) {
        self.retire();
        self.nums.clear();
        self.refs.clear();
    }

    /// Drops its frames; its buffers stay as they are until the next `begin`, which gives large ones back.
    #[inline]
    pub fn retire(&mut self) {
        self.rows.clear();
        (self.live_nums, self.live_refs) = (0, 0);
    }

    /// Gives a stack without frames one of `function`, at its start, whose result goes to nobody: that is seen by its `ret_adapt`.
    /// The parameters are to be written; what the temps hold is nobody's business. False: all buffers are where they were.
    #[inline(always)]
    pub fn begin(&mut self, function: u32, linked: &LinkedFunction) -> bool {
        let mut has_moved = !(ROWS_MIN..=ROWS_KEPT_MAX).contains(&self.rows.capacity());
        if has_moved {
            self.rows = Vec::with_capacity(ROWS_MIN);
        }
        self.rows.clear();
        self.rows.push(FrameRow {
            function,
            pc: linked.code_start,
            ret_adapt: Slot::VOID.0,
            ..FrameRow::default()
        });
        let (nums, refs) = (linked.num_params, linked.ref_params);
        has_moved |= begin_bank(&mut self.nums, linked.num_bank, nums..linked.num_locals);
        has_moved |= begin_bank(&mut self.refs, linked.ref_bank, refs..linked.ref_locals);
        has_moved
    }

    /// Makes room for so many registers; new ones are 0.
    #[inline]
    pub fn reserve(&mut self, nums: usize, refs: usize) {
        if nums > self.nums.len() {
            self.nums.resize(bank_len(nums), 0);
        }
        if refs > self.refs.len() {
            self.refs.resize(bank_len(refs), 0);
        }
    }

    /// The bytes that `reserve` would make the banks take.
    pub fn bytes_with(&self, nums: usize, refs: usize) -> u64 {
        let nums = self.nums.len().max(bank_len(nums));
        let refs = self.refs.len().max(bank_len(refs));
        (self.rows.len() * size_of::<FrameRow>() + nums * 8 + refs * 4) as u64
    }

    /// What counts against the heap limit.
    pub fn bytes(&self) -> u64 {
        self.bytes_with(0, 0)
    }

    /// Says that execution stops here: what is live from now on are the locals of all frames.
    pub fn settle(&mut self, functions: &[LinkedFunction]) {
        (self.live_nums, self.live_refs) = self.locals_end(functions);
    }

    /// Says that execution stopped at an instruction that is to be run again: so many temps of each bank are live too.
    pub fn keep_temps(&mut self, functions: &[LinkedFunction], (nums, refs): (u32, u32)) {
        let (num_end, ref_end) = self.locals_end(functions);
        (self.live_nums, self.live_refs) = (num_end + nums, ref_end + refs);
    }

    /// Where the top frame's locals end in each bank.
    pub fn locals_end(&self, functions: &[LinkedFunction]) -> (u32, u32) {
        self.rows.last().map_or((0, 0), |top| {
            let function = &functions[top.function as usize];
            (
                top.num_base + u32::from(function.num_locals),
                top.ref_base + u32::from(function.ref_locals),
            )
        })
    }

    /// The registers in use since `settle`.
    pub fn live(&self) -> (&[u64], &[u32]) {
        (
            &self.nums[..self.live_nums as usize],
            &self.refs[..self.live_refs as usize],
        )
    }
}

/// The length of a bank for so many registers.
pub(crate) fn bank_len(registers: usize) -> usize {
    match registers {
        0 => 0,
        _ => registers.next_power_of_two().max(BANK_MIN),
    }
}

/// Makes a bank so long, the locals that are no parameters 0. False: it had that length, and is where it was.
#[inline(always)]
fn begin_bank<T: Pod>(bank: &mut Vec<T>, len: u32, others: Range<u16>) -> bool {
    let is_other = bank.len() != len as usize;
    if is_other {
        resize_bank(bank, len);
    }
    for local in others {
        bank[usize::from(local)] = T::zeroed();
    }
    is_other
}

#[cold]
fn resize_bank<T: Pod>(bank: &mut Vec<T>, len: u32) {
    if bank.capacity() * size_of::<T>() > KEPT_BYTES_MAX {
        *bank = Vec::new();
    }
    bank.resize(len as usize, T::zeroed());
}

fn dump_bank<T: Pod>(bank: &[T], live: u32, to: &mut Writer) {
    assert!(
        bank.is_empty() || bank.len().is_power_of_two(),
        "banks grow by doubling"
    );
    to.pod(bank.len().checked_ilog2().map_or(0u8, |log| log as u8 + 1));
    to.slice(&bank[..live as usize]);
}

fn load_bank<T: Pod>(from: &mut Reader) -> Result<(Vec<T>, u32), LoadError> {
    let log: u8 = from.pod()?;
    ensure(log <= 32, "a bank's length fits its offsets")?;
    let len = if log == 0 { 0 } else { 1usize << (log - 1) };
    let live: Vec<T> = from.slice()?;
    ensure(live.len() <= len, "what is live lies in the bank")?;
    ensure(len == 0 || len >= BANK_MIN, "banks have a least length")?;
    from.allow(len * size_of::<T>())?;
    let mut bank = vec![T::zeroed(); len];
    bank[..live.len()].copy_from_slice(&live);
    Ok((bank, live.len() as u32))
}

impl Persist for Stack {
    const BYTES_MIN: usize = 14;

    fn dump(&self, to: &mut Writer) {
        to.slice(&self.rows);
        dump_bank(&self.nums, self.live_nums, to);
        dump_bank(&self.refs, self.live_refs, to);
    }

    fn load(from: &mut Reader) -> Result<Stack, LoadError> {
        let rows = from.slice()?;
        let (nums, live_nums) = load_bank(from)?;
        let (refs, live_refs) = load_bank(from)?;
        Ok(Stack {
            rows,
            nums,
            refs,
            live_nums,
            live_refs,
        })
    }
}
