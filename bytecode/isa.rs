//! The instruction table: encoding, operands, effect and fuel cost of every instruction, in one place.
//!
//! An instruction is 8 bytes: `op: u8, cost: u8, a: u16, b: u16, c: u16`. Some are followed by one `Ext`
//! word with further operands. Notation: `n[x]` numeric register, `r[x]` reference register.
//!
//! **Frames.** Registers below a function's `num_locals`/`ref_locals` are *locals* with a declared type;
//! parameters come first. Registers from there on are *temps*: typed by their last write, dead at the end of
//! a basic block. Arguments are passed in temps: the callee's registers begin at the caller's first temp of
//! each bank, so argument 0 of each bank is written to temp 0. A *safepoint* (an instruction that may
//! allocate) kills reference temps after reading its own arguments from them; apart from windowed arguments its
//! reference operands must be locals. Since a call ends a block, what `Flow::Call`
//! gives goes to locals. Locals that are not parameters start as 0 (undefined).
//!
//! **Fuel.** A basic block ends with a *terminator*. Its `cost` byte is the sum of the costs of the
//! instructions of the block, itself included; others have 0. A block that falls through into a jump target,
//! or whose cost exceeds 255, gets `Charge` instructions. The verifier checks the sums.
//!
//! **Jumps** are relative: target = index of the jump + offset (in instructions, within the function).
//! Absent: what traps say (systems/execute), native functions (`builtins`).

use bytemuck::{Pod, Zeroable};

/// One instruction as stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Inst {
    /// The opcode: an `Op`.
    pub op: u8,
    /// Fuel of the whole basic block, on its terminator.
    pub cost: u8,
    /// First operand.
    pub a: u16,
    /// Second operand.
    pub b: u16,
    /// Third operand.
    pub c: u16,
}

const _: () = assert!(size_of::<Inst>() == 8);

/// What an operand field means, for verifier and disassembler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// Must be 0.
    None,
    /// Writes a numeric register of this kind.
    DefF,
    /// Writes an i32.
    DefI,
    /// Writes a boolean.
    DefZ,
    /// Writes a numeric register; the kind follows from the rule of the instruction.
    DefN,
    /// Reads an f64 and writes it anew.
    UpdF,
    /// Reads an i32 and writes it anew.
    UpdI,
    /// Reads an f64.
    UseF,
    /// Reads an i32.
    UseI,
    /// Reads a boolean.
    UseZ,
    /// Reads a numeric register of any kind.
    UseN,
    /// Writes a reference register; the type follows from the rule of the instruction.
    DefR,
    /// Reads a reference register of any type.
    UseR,
    /// Reads a string.
    UseS,
    /// A signed 16-bit immediate.
    Imm,
    /// First half (`b`) of a signed 32-bit immediate `b | c << 16`.
    Imm32,
    /// Second half (`c`).
    Imm32High,
    /// A signed 16-bit jump offset.
    Jump,
    /// First half (`b`) of a signed 32-bit jump offset `b | c << 16`.
    Jump32,
    /// Second half (`c`).
    Jump32High,
    /// An index into the number constants.
    Number,
    /// An index into the string constants.
    String,
    /// A class.
    Class,
    /// A slot type.
    Type,
    /// A function.
    Function,
    /// A signature.
    Sig,
    /// A member name: index into the members.
    Member,
    /// A type for reflection: an index into the descs.
    Desc,
    /// A host import.
    Import,
    /// A built-in.
    Builtin,
    /// A numeric field: offset in words from the object's start.
    NumField,
    /// A reference field: offset in 4-byte units from the object's start.
    RefField,
    /// Where a call's result goes: a numeric register, if the result has a numeric part.
    RetN,
    /// Where a call's result goes: a reference register, if the result has a reference part.
    RetR,
}

/// `c` of the `Catch` of a handler that only cleans up and throws again.
pub const CATCH_CLEANUP: u16 = 1;

/// A bank of registers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bank {
    /// 64-bit numbers.
    Num,
    /// 32-bit references.
    Ref,
}

impl Operand {
    /// The bank of a register operand.
    pub const fn bank(self) -> Option<Bank> {
        use Operand::{
            DefF, DefI, DefN, DefR, DefZ, RetN, RetR, UpdF, UpdI, UseF, UseI, UseN, UseR, UseS,
            UseZ,
        };
        match self {
            DefF | DefI | DefZ | DefN | UpdF | UpdI | UseF | UseI | UseZ | UseN | RetN => {
                Some(Bank::Num)
            }
            DefR | UseR | UseS | RetR => Some(Bank::Ref),
            _ => None,
        }
    }
}

/// How control leaves an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// To the next instruction.
    Next,
    /// To the next instruction; may allocate.
    Safepoint,
    /// Ends a block: jumps or falls through.
    Branch,
    /// Ends a block: always jumps.
    Jump,
    /// Ends a block: may run other code, then goes to the next instruction. A safepoint.
    Call,
    /// Ends a block and the function.
    Leave,
}

/// What the table says of an instruction.
#[derive(Debug)]
pub struct OpInfo {
    /// Its name.
    pub name: &'static str,
    /// Operands `a`, `b`, `c`.
    pub operands: [Operand; 3],
    /// Operands of the following `Ext` word, if it has one.
    pub ext: Option<[Operand; 3]>,
    /// How control leaves it.
    pub flow: Flow,
    /// Fuel.
    pub cost: u8,
    /// What it does.
    pub effect: &'static str,
}

macro_rules! instructions {
    ($($name:ident ($a:ident $b:ident $c:ident $(; $d:ident $e:ident $f:ident)?) $flow:ident $cost:literal $effect:literal)*) => {
        /// The opcodes.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u8)]
        pub enum Op { $(#[doc = concat!("`` ", $effect, " ``")] $name),* }

        /// All opcodes, in order.
        pub const OPS: &[Op] = &[$(Op::$name),*];

        /// The table's rows, by opcode.
        pub const OP_INFO: &[OpInfo] = &[$(OpInfo {
            name: stringify!($name),
            operands: [Operand::$a, Operand::$b, Operand::$c],
            ext: instructions!(@ext $($d $e $f)?),
            flow: Flow::$flow,
            cost: $cost,
            effect: $effect,
        }),*];
    };
    (@ext) => { None };
    (@ext $d:ident $e:ident $f:ident) => { Some([Operand::$d, Operand::$e, Operand::$f]) };
}

instructions! {
    // Moves and constants.
    MovN      (DefN UseN None)        Next 1 "n[a] = n[b]"
    MovR      (DefR UseR None)        Next 1 "r[a] = r[b]"
    ConstI    (DefI Imm32 Imm32High)  Next 1 "n[a] = imm32 as i32"
    ConstFI   (DefF Imm32 Imm32High)  Next 1 "n[a] = imm32 as f64"
    ConstF    (DefF Number None)      Next 1 "n[a] = numbers[b]"
    ConstZ    (DefZ Imm None)         Next 1 "n[a] = b != 0 (b is 0 or 1)"
    ConstD    (DefF Desc None)        Next 1 "n[a] = b, the number of a type in descs"
    ConstS    (DefR String None)      Next 1 "r[a] = constant string b"
    Tag       (DefR Imm None)         Next 1 "r[a] = b: 0 undefined, 1 null, 2 number tag, 3 boolean tag"

    // f64 arithmetic.
    AddF      (DefF UseF UseF)        Next 1 "n[a] = n[b] + n[c]"
    SubF      (DefF UseF UseF)        Next 1 "n[a] = n[b] - n[c]"
    MulF      (DefF UseF UseF)        Next 1 "n[a] = n[b] * n[c]"
    DivF      (DefF UseF UseF)        Next 1 "n[a] = n[b] / n[c]"
    RemF      (DefF UseF UseF)        Next 4 "n[a] = n[b] % n[c], as JavaScript"
    PowF      (DefF UseF UseF)        Next 8 "n[a] = n[b] ** n[c], as JavaScript"
    MinF      (DefF UseF UseF)        Next 1 "n[a] = Math.min(n[b], n[c])"
    MaxF      (DefF UseF UseF)        Next 1 "n[a] = Math.max(n[b], n[c])"
    AddFI     (DefF UseF Imm)         Next 1 "n[a] = n[b] + imm"
    SubFI     (DefF UseF Imm)         Next 1 "n[a] = n[b] - imm"
    MulFI     (DefF UseF Imm)         Next 1 "n[a] = n[b] * imm"
    AddFK     (DefF UseF Number)      Next 1 "n[a] = n[b] + numbers[c]"
    SubFK     (DefF UseF Number)      Next 1 "n[a] = n[b] - numbers[c]"
    MulFK     (DefF UseF Number)      Next 1 "n[a] = n[b] * numbers[c]"
    DivFK     (DefF UseF Number)      Next 1 "n[a] = n[b] / numbers[c]"
    NegF      (DefF UseF None)        Next 1 "n[a] = -n[b]"
    AbsF      (DefF UseF None)        Next 1 "n[a] = Math.abs(n[b])"
    SqrtF     (DefF UseF None)        Next 2 "n[a] = Math.sqrt(n[b])"
    FloorF    (DefF UseF None)        Next 1 "n[a] = Math.floor(n[b])"
    CeilF     (DefF UseF None)        Next 1 "n[a] = Math.ceil(n[b])"
    RoundF    (DefF UseF None)        Next 1 "n[a] = Math.round(n[b])"
    TruncF    (DefF UseF None)        Next 1 "n[a] = Math.trunc(n[b])"

    // Several operations on f64 at once, each rounded by itself.
    MulAddF   (DefF UseF UseF; UseF None None) Next 2 "n[a] = n[b] * n[c] + n[d]"
    MulSubF   (DefF UseF UseF; UseF None None) Next 2 "n[a] = n[d] - n[b] * n[c]"
    MulMulF   (DefF UseF UseF; UseF None None) Next 2 "n[a] = n[b] * n[c] * n[d]"
    AddMulF   (DefF UseF UseF; UseF None None) Next 2 "n[a] = (n[b] + n[c]) * n[d]"
    DotF      (DefF UseF UseF; UseF UseF None) Next 3 "n[a] = n[b] * n[c] + n[d] * n[e]"
    AddAddF   (DefF UseF UseF; UseF None None) Next 2 "n[a] = n[b] + n[c] + n[d]"

    // i32 arithmetic. `I`: overflow traps (type int). `W`: wraps (proved by `| 0`, Math.imul or range).
    AddI      (DefI UseI UseI)        Next 1 "n[a] = n[b] + n[c]; traps on overflow"
    SubI      (DefI UseI UseI)        Next 1 "n[a] = n[b] - n[c]; traps on overflow"
    MulI      (DefI UseI UseI)        Next 1 "n[a] = n[b] * n[c]; traps on overflow"
    RemI      (DefI UseI UseI)        Next 2 "n[a] = n[b] % n[c]; traps when c is 0"
    NegI      (DefI UseI None)        Next 1 "n[a] = -n[b]; traps on overflow"
    AddII     (DefI UseI Imm)         Next 1 "n[a] = n[b] + imm; traps on overflow"
    AddW      (DefI UseI UseI)        Next 1 "n[a] = n[b] + n[c], wrapping"
    SubW      (DefI UseI UseI)        Next 1 "n[a] = n[b] - n[c], wrapping"
    MulW      (DefI UseI UseI)        Next 1 "n[a] = n[b] * n[c], wrapping"
    AddWI     (DefI UseI Imm)         Next 1 "n[a] = n[b] + imm, wrapping"
    And       (DefI UseI UseI)        Next 1 "n[a] = n[b] & n[c]"
    Or        (DefI UseI UseI)        Next 1 "n[a] = n[b] | n[c]"
    Xor       (DefI UseI UseI)        Next 1 "n[a] = n[b] ^ n[c]"
    Not       (DefI UseI None)        Next 1 "n[a] = ~n[b]"
    Shl       (DefI UseI UseI)        Next 1 "n[a] = n[b] << (n[c] & 31)"
    Shr       (DefI UseI UseI)        Next 1 "n[a] = n[b] >> (n[c] & 31)"
    UshrF     (DefF UseI UseI)        Next 1 "n[a] = (n[b] >>> (n[c] & 31)) as f64"
    AndI      (DefI UseI Imm)         Next 1 "n[a] = n[b] & imm"
    ShlI      (DefI UseI Imm)         Next 1 "n[a] = n[b] << (imm & 31)"
    ShrI      (DefI UseI Imm)         Next 1 "n[a] = n[b] >> (imm & 31)"

    // Conversions.
    I2F       (DefF UseI None)        Next 1 "n[a] = n[b] as f64"
    F2W       (DefI UseF None)        Next 1 "n[a] = ToInt32(n[b]): modulo 2^32, NaN gives 0"
    F2I       (DefI UseF None)        Next 1 "n[a] = n[b] as i32; traps unless it is exactly one"
    F2X       (DefI UseF None)        Next 1 "n[a] = n[b] as an index: the i32 it exactly is and >= 0, else -1"
    Z2F       (DefF UseZ None)        Next 1 "n[a] = boolean n[b] as 0 or 1"

    // Comparisons to a boolean.
    EqF       (DefZ UseF UseF)        Next 1 "n[a] = n[b] == n[c]"
    NeF       (DefZ UseF UseF)        Next 1 "n[a] = n[b] != n[c]"
    LtF       (DefZ UseF UseF)        Next 1 "n[a] = n[b] < n[c]"
    LeF       (DefZ UseF UseF)        Next 1 "n[a] = n[b] <= n[c]"
    EqI       (DefZ UseI UseI)        Next 1 "n[a] = n[b] == n[c]"
    NeI       (DefZ UseI UseI)        Next 1 "n[a] = n[b] != n[c]"
    LtI       (DefZ UseI UseI)        Next 1 "n[a] = n[b] < n[c]"
    LeI       (DefZ UseI UseI)        Next 1 "n[a] = n[b] <= n[c]"
    EqZ       (DefZ UseZ UseZ)        Next 1 "n[a] = n[b] == n[c]"
    EqR       (DefZ UseR UseR)        Next 1 "n[a] = r[b] and r[c] are the same reference (not for strings)"
    EqS       (DefZ UseR UseR)        Next 2 "n[a] = r[b] === r[c] where each is a string, undefined or null"
    LtS       (DefZ UseS UseS)        Next 2 "n[a] = string r[b] < string r[c], by UTF-16 units"
    LeS       (DefZ UseS UseS)        Next 2 "n[a] = string r[b] <= string r[c]"
    EqM       (DefZ UseN UseR; UseN UseR None) Next 2 "n[a] = mixed (n[b], r[c]) === mixed (n[d], r[e])"
    NotZ      (DefZ UseZ None)        Next 1 "n[a] = !n[b]"
    TruthyF   (DefZ UseF None)        Next 1 "n[a] = n[b] is not 0 and not NaN"
    TruthyR   (DefZ UseR None)        Next 1 "n[a] = r[b] is not undefined, null or an empty string"
    TruthyM   (DefZ UseN UseR)        Next 1 "n[a] = mixed (n[b], r[c]) is truthy"

    // Jumps. N in front: the negation, so that NaN goes the right way.
    Jmp       (None Jump32 Jump32High) Jump 1 "jump"
    Charge    (None None None)        Branch 0 "charges the fuel of the block and falls through"
    JTrue     (UseZ None Jump)        Branch 1 "if n[a]"
    JFalse    (UseZ None Jump)        Branch 1 "if !n[a]"
    JLtF      (UseF UseF Jump)        Branch 1 "if n[a] < n[b]"
    JLeF      (UseF UseF Jump)        Branch 1 "if n[a] <= n[b]"
    JEqF      (UseF UseF Jump)        Branch 1 "if n[a] == n[b]"
    JNLtF     (UseF UseF Jump)        Branch 1 "if !(n[a] < n[b])"
    JNLeF     (UseF UseF Jump)        Branch 1 "if !(n[a] <= n[b])"
    JNeF      (UseF UseF Jump)        Branch 1 "if n[a] != n[b]"
    JLtFI     (UseF Imm Jump)         Branch 1 "if n[a] < imm"
    JLeFI     (UseF Imm Jump)         Branch 1 "if n[a] <= imm"
    JGtFI     (UseF Imm Jump)         Branch 1 "if n[a] > imm"
    JGeFI     (UseF Imm Jump)         Branch 1 "if n[a] >= imm"
    JEqFI     (UseF Imm Jump)         Branch 1 "if n[a] == imm"
    JNLtFI    (UseF Imm Jump)         Branch 1 "if !(n[a] < imm)"
    JNLeFI    (UseF Imm Jump)         Branch 1 "if !(n[a] <= imm)"
    JNGtFI    (UseF Imm Jump)         Branch 1 "if !(n[a] > imm)"
    JNGeFI    (UseF Imm Jump)         Branch 1 "if !(n[a] >= imm)"
    JNeFI     (UseF Imm Jump)         Branch 1 "if n[a] != imm"
    JLtI      (UseI UseI Jump)        Branch 1 "if n[a] < n[b]"
    JLeI      (UseI UseI Jump)        Branch 1 "if n[a] <= n[b]"
    JEqI      (UseI UseI Jump)        Branch 1 "if n[a] == n[b]"
    JNeI      (UseI UseI Jump)        Branch 1 "if n[a] != n[b]"
    JLtII     (UseI Imm Jump)         Branch 1 "if n[a] < imm"
    JLeII     (UseI Imm Jump)         Branch 1 "if n[a] <= imm"
    JGtII     (UseI Imm Jump)         Branch 1 "if n[a] > imm"
    JGeII     (UseI Imm Jump)         Branch 1 "if n[a] >= imm"
    JEqII     (UseI Imm Jump)         Branch 1 "if n[a] == imm"
    JNeII     (UseI Imm Jump)         Branch 1 "if n[a] != imm"
    JEqR      (UseR UseR Jump)        Branch 1 "if r[a] and r[b] are the same reference (not for strings)"
    JNeR      (UseR UseR Jump)        Branch 1 "if r[a] and r[b] are different references"
    JTag      (UseR Imm Jump)         Branch 1 "if r[a] is tag imm (0 undefined, 1 null, 2 number, 3 boolean)"
    JNTag     (UseR Imm Jump)         Branch 1 "if r[a] is not tag imm"
    JNullish  (UseR None Jump)        Branch 1 "if r[a] is undefined or null"
    JNNullish (UseR None Jump)        Branch 1 "if r[a] is neither undefined nor null"
    JInBounds (UseR UseI Jump)        Branch 1 "if 0 <= n[b] < length of array or typed array r[a]; traps on undefined and null"
    JElemZ    (UseR UseI Jump)        Branch 3 "if bool[] r[a] has an element n[b] and that is true; traps on undefined and null"
    JElemXZ   (UseR UseF Jump)        Branch 3 "if bool[] r[a] has an element n[b], the index as F2X has it, and that is true; traps on undefined and null"

    // A step and a jump: the end of a loop.
    IncJLtF   (UpdF UseF Jump)        Branch 2 "n[a] += 1; if n[a] < n[b]"
    IncJLeF   (UpdF UseF Jump)        Branch 2 "n[a] += 1; if n[a] <= n[b]"
    IncJLtI   (UpdI UseI Jump)        Branch 2 "n[a] += 1, wrapping; if n[a] < n[b]"
    IncJLtLen (UseR UpdI Jump)        Branch 3 "n[b] += 1, wrapping; if n[b] < length of array or typed array r[a]; traps on undefined and null"

    // Objects. Field access traps on undefined and null.
    New       (DefR Class None)       Safepoint 4 "r[a] = a new object of class b, all fields 0"
    GetN      (DefN UseR NumField)    Next 1 "n[a] = numeric field c of r[b]"
    SetN      (UseR NumField UseN)    Next 1 "numeric field b of r[a] = n[c]"
    AddToN    (UseR NumField UseF)    Next 3 "f64 field b of r[a] += n[c]"
    SubFromN  (UseR NumField UseF)    Next 3 "f64 field b of r[a] -= n[c]"
    AddMulToN (UseR NumField UseF; UseF None None) Next 4 "f64 field b of r[a] += n[c] * n[d]"
    SubMulFromN (UseR NumField UseF; UseF None None) Next 4 "f64 field b of r[a] -= n[c] * n[d]"
    AddMulMulToN (UseR NumField UseF; UseF UseF None) Next 5 "f64 field b of r[a] += n[c] * n[d] * n[e]"
    SubMulMulFromN (UseR NumField UseF; UseF UseF None) Next 5 "f64 field b of r[a] -= n[c] * n[d] * n[e]"
    DiffN     (DefF UseR NumField; UseR NumField None) Next 3 "n[a] = f64 field c of r[b] - f64 field e of r[d]"
    GetR      (DefR UseR RefField)    Next 1 "r[a] = reference field c of r[b]"
    SetR      (UseR RefField UseR)    Next 1 "reference field b of r[a] = r[c]"
    GlobalN   (DefN NumField None)    Next 1 "n[a] = numeric field b of the globals"
    SetGlobalN(NumField UseN None)    Next 1 "numeric field a of the globals = n[b]"
    GlobalR   (DefR RefField None)    Next 1 "r[a] = reference field b of the globals"
    SetGlobalR(RefField UseR None)    Next 1 "reference field a of the globals = r[b]"
    Cast      (DefR UseR Type)        Next 1 "r[a] = r[b] as type c; traps unless it is one, undefined or null"
    IsType    (DefZ UseR Type)        Next 1 "n[a] = r[b] is of type c (undefined and null are not)"
    NonNull   (DefR UseR None)        Next 1 "r[a] = r[b]; traps on undefined and null; keeps the type"
    TypeOf    (DefR UseN UseR)        Next 1 "r[a] = the string typeof gives for mixed (n[b], r[c])"
    GetMember (RetN RetR UseR; Member Type None) Call 3 "(n[a], r[b]) = member d of r[c], as slot e; runs getters"
    SetMember (UseN UseR UseR; Member Type None) Call 3 "member d of r[c] = the slot e in (n[a], r[b]); runs setters; halves that e lacks must be 0"
    HasMember (DefZ UseR Member)      Next 2 "n[a] = object r[b] has member c"

    // Arrays. Index is an i32. Reading or writing out of range traps, except writing at the length: appends.
    NewArr    (DefR Type UseI)        Safepoint 6 "r[a] = a new array or typed array of type b with n[c] zero/undefined elements; charges the length"
    Len       (DefI UseR None)        Next 1 "n[a] = length of array or typed array r[b]"
    ElemF     (DefF UseR UseI)        Next 1 "n[a] = f64[] r[b] [n[c]]"
    ElemI     (DefI UseR UseI)        Next 1 "n[a] = i32[] r[b] [n[c]]"
    ElemZ     (DefZ UseR UseI)        Next 1 "n[a] = bool[] r[b] [n[c]]"
    ElemR     (DefR UseR UseI)        Next 1 "r[a] = ref[] r[b] [n[c]]; any"
    ElemT     (DefR UseR UseI; Type None None) Next 2 "r[a] = ref[] r[b] [n[c]] as type d; traps unless it is one, undefined or null"
    ElemMN    (DefF UseR UseI)        Next 1 "n[a] = numeric half of mixed[] r[b] [n[c]]"
    ElemMR    (DefR UseR UseI)        Next 1 "r[a] = reference half of mixed[] r[b] [n[c]]; any"
    SetElemF  (UseR UseI UseF)        Safepoint 1 "f64[] r[a] [n[b]] = n[c]"
    SetElemI  (UseR UseI UseI)        Safepoint 1 "i32[] r[a] [n[b]] = n[c]"
    SetElemZ  (UseR UseI UseZ)        Safepoint 1 "bool[] r[a] [n[b]] = n[c]"
    SetElemR  (UseR UseI UseR)        Safepoint 1 "ref[] r[a] [n[b]] = r[c]"
    SetElemM  (UseR UseI UseN; UseR None None) Safepoint 2 "mixed[] r[a] [n[b]] = (n[c], r[d])"
    ElemXF    (DefF UseR UseF)        Next 2 "n[a] = f64[] r[b] [n[c]], the index as F2X has it"
    ElemXZ    (DefZ UseR UseF)        Next 2 "n[a] = bool[] r[b] [n[c]], the index as F2X has it"
    ElemXR    (DefR UseR UseF)        Next 2 "r[a] = ref[] r[b] [n[c]], the index as F2X has it; any"
    ElemXT    (DefR UseR UseF; Type None None) Next 3 "r[a] = ref[] r[b] [n[c]], the index as F2X has it, as type d; traps unless it is one, undefined or null"
    SetElemXF (UseR UseF UseF)        Safepoint 2 "f64[] r[a] [n[b]] = n[c], the index as F2X has it"
    SetElemXZ (UseR UseF UseZ)        Safepoint 2 "bool[] r[a] [n[b]] = n[c], the index as F2X has it"
    SetElemXR (UseR UseF UseR)        Safepoint 2 "ref[] r[a] [n[b]] = r[c], the index as F2X has it"
    PushF     (UseR UseF None)        Safepoint 2 "append n[b] to f64[] r[a]"
    PushI     (UseR UseI None)        Safepoint 2 "append n[b] to i32[] r[a]"
    PushZ     (UseR UseZ None)        Safepoint 2 "append n[b] to bool[] r[a]"
    PushR     (UseR UseR None)        Safepoint 2 "append r[b] to ref[] r[a]"
    PushM     (UseR UseN UseR)        Safepoint 2 "append (n[b], r[c]) to mixed[] r[a]"

    // Typed arrays. Index and range as for arrays, but that nothing is appended. Stores convert as JavaScript does:
    // integers wrap (the value comes as its lowest 32 bits) or are clamped, floats are rounded.
    LoadI8    (DefI UseR UseI)        Next 1 "n[a] = Int8Array r[b] [n[c]]"
    LoadU8    (DefI UseR UseI)        Next 1 "n[a] = Uint8Array or Uint8ClampedArray r[b] [n[c]]"
    LoadI16   (DefI UseR UseI)        Next 1 "n[a] = Int16Array r[b] [n[c]]"
    LoadU16   (DefI UseR UseI)        Next 1 "n[a] = Uint16Array r[b] [n[c]]"
    LoadI32   (DefI UseR UseI)        Next 1 "n[a] = Int32Array r[b] [n[c]]"
    LoadU32   (DefF UseR UseI)        Next 1 "n[a] = Uint32Array r[b] [n[c]]"
    LoadF32   (DefF UseR UseI)        Next 1 "n[a] = Float32Array r[b] [n[c]]"
    LoadF64   (DefF UseR UseI)        Next 1 "n[a] = Float64Array r[b] [n[c]]"
    Store8    (UseR UseI UseI)        Next 1 "Int8Array or Uint8Array r[a] [n[b]] = n[c]"
    Store8C   (UseR UseI UseF)        Next 2 "Uint8ClampedArray r[a] [n[b]] = n[c]"
    Store16   (UseR UseI UseI)        Next 1 "Int16Array or Uint16Array r[a] [n[b]] = n[c]"
    Store32   (UseR UseI UseI)        Next 1 "Int32Array or Uint32Array r[a] [n[b]] = n[c]"
    StoreF32  (UseR UseI UseF)        Next 1 "Float32Array r[a] [n[b]] = n[c]"
    StoreF64  (UseR UseI UseF)        Next 1 "Float64Array r[a] [n[b]] = n[c]"
    LoadXI8   (DefI UseR UseF)        Next 2 "LoadI8, the index as F2X has it"
    LoadXU8   (DefI UseR UseF)        Next 2 "LoadU8, the index as F2X has it"
    LoadXI16  (DefI UseR UseF)        Next 2 "LoadI16, the index as F2X has it"
    LoadXU16  (DefI UseR UseF)        Next 2 "LoadU16, the index as F2X has it"
    LoadXI32  (DefI UseR UseF)        Next 2 "LoadI32, the index as F2X has it"
    LoadXU32  (DefF UseR UseF)        Next 2 "LoadU32, the index as F2X has it"
    LoadXF32  (DefF UseR UseF)        Next 2 "LoadF32, the index as F2X has it"
    LoadXF64  (DefF UseR UseF)        Next 2 "LoadF64, the index as F2X has it"
    StoreX8   (UseR UseF UseI)        Next 2 "Store8, the index as F2X has it"
    StoreX8C  (UseR UseF UseF)        Next 3 "Store8C, the index as F2X has it"
    StoreX16  (UseR UseF UseI)        Next 2 "Store16, the index as F2X has it"
    StoreX32  (UseR UseF UseI)        Next 2 "Store32, the index as F2X has it"
    StoreXF32 (UseR UseF UseF)        Next 2 "StoreF32, the index as F2X has it"
    StoreXF64 (UseR UseF UseF)        Next 2 "StoreF64, the index as F2X has it"

    // Strings.
    Concat    (DefR UseS UseS)        Safepoint 4 "r[a] = string r[b] + string r[c]"
    StrLen    (DefI UseS None)        Next 1 "n[a] = length of string r[b] in UTF-16 units"
    CharCode  (DefF UseS UseI)        Safepoint 1 "n[a] = UTF-16 unit n[c] of string r[b]; NaN out of range; flattens a rope"

    // Calls. Arguments in the window; parameter k takes the next free slot of its bank or banks.
    Call      (RetN RetR Function)    Call 4 "(n[a], r[b]) = function c (window)"
    CallClosure (RetN RetR Sig)       Call 5 "(n[a], r[b]) = closure in window r0 (window), as signature c, whose first parameter is the closure"
    CallMember  (RetN RetR Member; Sig None None) Call 6 "(n[a], r[b]) = method c of the object in window r0 (window), as signature d, whose first parameter is the object"
    CallHost  (RetN RetR Import)      Call 8 "(n[a], r[b]) = import c (window); may suspend the context"
    CallBuiltin (RetN RetR Builtin)   Safepoint 4 "(n[a], r[b]) = built-in c (window); charges in proportion to work"
    Spawn     (DefR None Function)    Call 8 "r[a] = promise of a new task that runs function c (window) until its first await, now"
    Ret       (None None None)        Leave 2 "return nothing"
    RetF      (UseN None None)        Leave 2 "return n[a]"
    RetRef    (UseR None None)        Leave 2 "return r[a]"
    RetM      (UseN UseR None)        Leave 2 "return mixed (n[a], r[b])"

    // Tasks and errors.
    Await     (DefF DefR UseR; UseN None None) Call 8 "(n[a], r[b]) = what mixed (n[d], r[c]) settles to; always lets other tasks run first; all four are locals"
    Throw     (UseN UseR None)        Leave 4 "throw mixed (n[a], r[b])"
    Catch     (DefF DefR Imm)         Next 1 "first instruction of a handler: mixed (n[a], r[b]) = what was thrown; c = 1 if it only cleans up and throws again, so that cancelled tasks run it"
    Trap      (Imm None None)         Leave 1 "throw trap number a: see `Trap`"
    Ext       (None None None)        Next 0 "operands of the instruction before; never run"
}

/// What `Trap` and failing checks throw: the class of error and the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Trap {
    /// A value was undefined or null (TypeError).
    Nullish,
    /// A value had another type than the program says (TypeError).
    WrongType,
    /// An index out of range (RangeError).
    IndexOutOfRange,
    /// An `int` overflowed or a number was no int (RangeError).
    IntOverflow,
    /// A variable was used before its declaration ran (Error, ReferenceError's message).
    Uninitialized,
    /// A `switch` or type the program says is complete was not (TypeError).
    Unreachable,
    /// Remainder of an int by 0 (RangeError).
    DivisionByZero,
    /// An array length or count that is none (RangeError).
    InvalidLength,
}

impl Op {
    /// The opcode with this number.
    pub fn from_u8(op: u8) -> Option<Op> {
        OPS.get(op as usize).copied()
    }

    /// Its row in the table.
    pub fn info(self) -> &'static OpInfo {
        &OP_INFO[self as usize]
    }

    /// Whether it ends a basic block.
    pub fn is_terminator(self) -> bool {
        !matches!(self.info().flow, Flow::Next | Flow::Safepoint)
    }
}

impl Inst {
    /// An instruction; `cost` is filled in when the function is finished.
    pub fn new(op: Op, a: u16, b: u16, c: u16) -> Inst {
        Inst {
            op: op as u8,
            cost: 0,
            a,
            b,
            c,
        }
    }

    /// An instruction with a 32-bit immediate or jump offset in `b` and `c`.
    pub fn with_i32(op: Op, a: u16, value: i32) -> Inst {
        Inst::new(op, a, value as u16, (value >> 16) as u16)
    }

    /// The 32-bit immediate in `b` and `c`.
    pub fn i32_bc(self) -> i32 {
        (u32::from(self.b) | u32::from(self.c) << 16) as i32
    }
}
