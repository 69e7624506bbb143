//! A task's stack: frames as rows over two banks of registers.
//!
//! ```text
//! rows   [ frame 0 ][ frame 1 ][ top ]
//! nums   | locals 0 | locals 1 | locals top | temps top | zeros …
//! refs   | locals 0 | locals 1 | locals top | temps top | zeros …
//! ```
//!
//! Invariants: a frame's registers begin where its caller's locals end; `nums` and `refs` are as long as allocated,
//! zeroed beyond what was used; at every stop that can be seen from outside temps are dead, so the live registers are
//! those up to the top's locals, and only they are dumped. Written by execution only.
//! Absent: what the registers mean (`bytecode`).

use bytemuck::{Pod, Zeroable};

/// A frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct FrameRow {
    /// The function.
    pub function: u32,
    /// Where it goes on: index in the function's code. For frames below the top: after the call.
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

/// `FrameRow::ret_adapt` when the result needs no change.
pub const NO_ADAPT: u16 = u16::MAX;

/// A stack. See the module's header.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stack {
    /// The frames, outermost first.
    pub rows: Vec<FrameRow>,
    /// Numeric registers.
    pub nums: Vec<u64>,
    /// Reference registers.
    pub refs: Vec<u32>,
}
