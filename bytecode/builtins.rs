//! The native functions that `CallBuiltin` reaches: name, parameters, result and base cost of each.
//!
//! Invariants: none calls guest code; each charges fuel in proportion to its work before doing it and checks
//! the heap limit before allocating; each may be run again from the start after a collection. `ANY` parameters
//! are checked at run time where the effect says so. Absent: how they work (systems/).

use crate::slot::Slot;

/// A row of the table.
#[derive(Debug)]
pub struct BuiltinInfo {
    /// Its name.
    pub name: &'static str,
    /// What the window holds.
    pub params: &'static [Slot],
    /// What it gives.
    pub ret: Slot,
    /// What it does.
    pub effect: &'static str,
}

macro_rules! builtins {
    ($($name:ident ($($param:ident),*) -> $ret:ident $effect:literal)*) => {
        /// The built-ins.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
        #[repr(u16)]
        pub enum Builtin { $(#[doc = concat!("`` ", $effect, " ``")] $name),* }

        /// All built-ins, in order.
        pub const BUILTINS: &[Builtin] = &[$(Builtin::$name),*];

        /// The table's rows, by number.
        pub const BUILTIN_INFO: &[BuiltinInfo] = &[$(BuiltinInfo {
            name: stringify!($name),
            params: &[$(Slot::$param),*],
            ret: Slot::$ret,
            effect: $effect,
        }),*];
    };
}

builtins! {
    // Strings. Positions and counts are numbers, clamped as JavaScript does.
    StrSlice (STR, F64, F64) -> STR "s.slice(start, end)"
    StrSubstring (STR, F64, F64) -> STR "s.substring(start, end)"
    StrCharAt (STR, F64) -> STR "s.charAt(i): one unit, or empty out of range"
    StrCodePointAt (STR, F64) -> F64 "s.codePointAt(i), or NaN out of range"
    StrIndexOf (STR, STR, F64) -> F64 "s.indexOf(t, from)"
    StrLastIndexOf (STR, STR, F64) -> F64 "s.lastIndexOf(t, from); from NaN means the end"
    StrStartsWith (STR, STR, F64) -> BOOL "s.startsWith(t, from)"
    StrEndsWith (STR, STR, F64) -> BOOL "s.endsWith(t, end)"
    StrRepeat (STR, F64) -> STR "s.repeat(n); throws RangeError"
    StrTrim (STR, BOOL, BOOL) -> STR "trims the start and/or the end"
    StrUpper (STR) -> STR "s.toUpperCase()"
    StrLower (STR) -> STR "s.toLowerCase()"
    StrSplit (STR, STR) -> ARR_REF "s.split(separator)"
    StrReplace (STR, STR, STR, BOOL) -> STR "s.replace(t, u), or replaceAll; t and u are taken literally, $ patterns as JavaScript"
    StrFromCharCode (F64) -> STR "String.fromCharCode(n)"
    StrFromCodePoint (F64) -> STR "String.fromCodePoint(n); throws RangeError"
    StrCompare (STR, STR) -> F64 "-1, 0 or 1 by UTF-16 units"
    StrLocaleCompare (STR, STR) -> F64 "-1, 0 or 1, as Node's default locale for Latin letters; by units otherwise"
    StrJoin (ARR_REF, STR) -> STR "joins strings; undefined and null are empty"

    // Conversions.
    NumToStr (F64) -> STR "String(n)"
    IntToStr (I32) -> STR "String(n)"
    BoolToStr (BOOL) -> STR "String(b)"
    NumToStrRadix (F64, F64) -> STR "n.toString(radix); throws RangeError"
    NumToFixed (F64, F64) -> STR "n.toFixed(digits); throws RangeError"
    NumToPrecision (F64, F64) -> STR "n.toPrecision(digits); throws RangeError"
    NumToExponential (F64, F64) -> STR "n.toExponential(digits); digits NaN: as many as needed"
    StrToNum (STR) -> F64 "Number(s)"
    ParseInt (STR, F64) -> F64 "parseInt(s, radix); radix 0 means none given"
    ParseFloat (STR) -> F64 "parseFloat(s)"
    ToStr (MIXED) -> STR "String(x); objects as JavaScript without user-defined toString: [object Object], arrays joined, errors as Error.prototype.toString"
    ToNum (MIXED) -> F64 "Number(x)"
    Inspect (MIXED) -> STR "what console.log prints for x (strings unquoted at the top)"
    JsonStringify (MIXED, STR) -> STR "JSON.stringify(x, null, indent); undefined where JavaScript gives it"

    // Arrays of any kind.
    ArrSetLen (ARR, I32) -> VOID "a.length = n: cuts, or grows with zero/undefined; throws RangeError"
    ArrCopy (ARR, I32, ARR, I32, I32) -> VOID "copies count elements between arrays of one kind, which may overlap; traps out of range"
    ArrFillRange (ARR, MIXED, I32, I32) -> VOID "a.fill(value, start, end); traps when the value does not fit the kind"
    ArrReverse (ARR) -> VOID "a.reverse()"
    ArrIndexOf (ARR, MIXED, I32, BOOL) -> I32 "index of a value from a place on, by === (or SameValueZero if the flag is set); -1; -2 less a place to go on there"

    // Typed arrays of any kind.
    TypedLike (TYPED, I32) -> TYPED "a new typed array of the same kind with so many zeros; throws RangeError"
    TypedBytes (TYPED) -> I32 "bytes that an element takes"
    TypedGet (TYPED, I32) -> F64 "an element; traps out of range"
    TypedSet (TYPED, I32, F64) -> VOID "a[i] = value; traps out of range"
    TypedFill (TYPED, F64, I32, I32) -> VOID "a.fill(value, start, end); traps out of range"
    TypedCopy (TYPED, I32, ANY, I32, I32) -> VOID "copies count elements from an f64[], i32[] or typed array, which may be the same, converting; traps out of range and for what else it is"
    TypedReverse (TYPED) -> VOID "a.reverse()"
    TypedSort (TYPED) -> VOID "a.sort() by value: -0 before 0, NaN last"
    TypedIndexOf (TYPED, F64, I32, BOOL) -> I32 "index of a number from a place on, by === (or SameValueZero if the flag is set); -1"

    // Hash index over an array of keys (any kind): entry numbers by key, SameValueZero.
    HashNew () -> HASH "an empty index"
    HashFind (HASH, ARR, MIXED) -> I32 "entry of a key, or -1"
    HashInsert (HASH, ARR, MIXED, I32) -> VOID "adds a key that is not there with its entry number; the key stands in keys[entry]"
    HashRemove (HASH, ARR, MIXED) -> I32 "removes a key; its entry, or -1"
    HashClear (HASH) -> VOID "empties the index"

    // Promises and time.
    PromiseNew () -> PROMISE "a pending promise"
    PromiseResolve (PROMISE, MIXED) -> VOID "resolves it; with a promise, follows that one; nothing if already resolved"
    PromiseReject (PROMISE, MIXED) -> VOID "rejects it; nothing if already resolved"
    PromiseProbe (PROMISE) -> F64 "0 pending and never waited for, 1 pending and waited for, 2 pending and whoever waited was cancelled, 3 fulfilled, 4 rejected"
    PromiseCancel (PROMISE) -> BOOL "cancels the task that settles it and those that it waits for; whether there is one"
    Sleep (F64) -> PROMISE "a promise that resolves when the clock has advanced by so many milliseconds"
    Now () -> F64 "the clock, in milliseconds"
    StackTrace () -> STR "the frames of the task, innermost first, one a line, as Error.stack shows them"

    // Mathematics (libm, the same bits on every machine).
    MathSin (F64) -> F64 "Math.sin"
    MathCos (F64) -> F64 "Math.cos"
    MathTan (F64) -> F64 "Math.tan"
    MathAsin (F64) -> F64 "Math.asin"
    MathAcos (F64) -> F64 "Math.acos"
    MathAtan (F64) -> F64 "Math.atan"
    MathSinh (F64) -> F64 "Math.sinh"
    MathCosh (F64) -> F64 "Math.cosh"
    MathTanh (F64) -> F64 "Math.tanh"
    MathAsinh (F64) -> F64 "Math.asinh"
    MathAcosh (F64) -> F64 "Math.acosh"
    MathAtanh (F64) -> F64 "Math.atanh"
    MathExp (F64) -> F64 "Math.exp"
    MathExpm1 (F64) -> F64 "Math.expm1"
    MathLog (F64) -> F64 "Math.log"
    MathLog1p (F64) -> F64 "Math.log1p"
    MathLog2 (F64) -> F64 "Math.log2"
    MathLog10 (F64) -> F64 "Math.log10"
    MathCbrt (F64) -> F64 "Math.cbrt"
    MathSign (F64) -> F64 "Math.sign"
    MathFround (F64) -> F64 "Math.fround"
    MathClz32 (F64) -> F64 "Math.clz32"
    MathAtan2 (F64, F64) -> F64 "Math.atan2(y, x)"
    MathHypot (F64, F64) -> F64 "Math.hypot of two"
    MathRandom () -> F64 "the next number of the context's seeded stream, in [0, 1)"
}

impl Builtin {
    /// The built-in with this number.
    pub fn from_u16(number: u16) -> Option<Builtin> {
        BUILTINS.get(number as usize).copied()
    }

    /// Its row in the table.
    pub fn info(self) -> &'static BuiltinInfo {
        &BUILTIN_INFO[self as usize]
    }
}
