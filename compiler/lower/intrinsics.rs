//! The prelude's functions without a body: which instruction or built-in each is. `INTRINSICS.md` says what they mean.

use super::call::arg_expr;
use super::function::{Fx, NOTHING, Val};
use super::program::{ImportSpec, ImportType};
use super::repr::{array_of, element_of, optional};
use crate::ast::*;
use crate::checked::CallSig;
use raya_bytecode::builtins::Builtin;
use raya_bytecode::isa::{Op, Trap};
use raya_bytecode::slot::Slot;

/// Intrinsics of numbers that are one instruction.
const NUMBER_OPS: &[(&str, Op)] = &[
    ("Math.abs", Op::AbsF),
    ("Math.ceil", Op::CeilF),
    ("Math.floor", Op::FloorF),
    ("Math.max", Op::MaxF),
    ("Math.min", Op::MinF),
    ("Math.pow", Op::PowF),
    ("Math.round", Op::RoundF),
    ("Math.sqrt", Op::SqrtF),
    ("Math.trunc", Op::TruncF),
];

/// Intrinsics that are one built-in, given their arguments in order.
const BUILTINS: &[(&str, Builtin)] = &[
    ("Math.sign", Builtin::MathSign),
    ("Math.cbrt", Builtin::MathCbrt),
    ("Math.exp", Builtin::MathExp),
    ("Math.expm1", Builtin::MathExpm1),
    ("Math.log", Builtin::MathLog),
    ("Math.log2", Builtin::MathLog2),
    ("Math.log10", Builtin::MathLog10),
    ("Math.log1p", Builtin::MathLog1p),
    ("Math.sin", Builtin::MathSin),
    ("Math.cos", Builtin::MathCos),
    ("Math.tan", Builtin::MathTan),
    ("Math.asin", Builtin::MathAsin),
    ("Math.acos", Builtin::MathAcos),
    ("Math.atan", Builtin::MathAtan),
    ("Math.sinh", Builtin::MathSinh),
    ("Math.cosh", Builtin::MathCosh),
    ("Math.tanh", Builtin::MathTanh),
    ("Math.asinh", Builtin::MathAsinh),
    ("Math.acosh", Builtin::MathAcosh),
    ("Math.atanh", Builtin::MathAtanh),
    ("Math.atan2", Builtin::MathAtan2),
    ("Math.clz32", Builtin::MathClz32),
    ("Math.fround", Builtin::MathFround),
    ("Math.hypot", Builtin::MathHypot),
    ("Math.random", Builtin::MathRandom),
    ("String.repeat", Builtin::StrRepeat),
    ("String.toUpperCase", Builtin::StrUpper),
    ("String.toLowerCase", Builtin::StrLower),
    ("String.localeCompare", Builtin::StrLocaleCompare),
    ("Number.toFixed", Builtin::NumToFixed),
    ("Number.toPrecision", Builtin::NumToPrecision),
    ("Number.toExponential", Builtin::NumToExponential),
    ("__charString", Builtin::StrFromCharCode),
    ("__codePointString", Builtin::StrFromCodePoint),
    ("__codePointAt", Builtin::StrCodePointAt),
    ("__join", Builtin::StrJoin),
    ("__trim", Builtin::StrTrim),
    ("__split", Builtin::StrSplit),
    ("__replace", Builtin::StrReplace),
    ("__parseInt", Builtin::ParseInt),
    ("parseFloat", Builtin::ParseFloat),
    ("Number.parseFloat", Builtin::ParseFloat),
    ("__inspect", Builtin::Inspect),
    ("__json", Builtin::JsonStringify),
    ("__arraySetLength", Builtin::ArrSetLen),
    ("__arrayCopy", Builtin::ArrCopy),
    ("__arrayFill", Builtin::ArrFillRange),
    ("__arrayIndexOf", Builtin::ArrIndexOf),
    ("__typedFill", Builtin::TypedFill),
    ("__typedCopy", Builtin::TypedCopy),
    ("__typedReverse", Builtin::TypedReverse),
    ("__typedSort", Builtin::TypedSort),
    ("__typedIndexOf", Builtin::TypedIndexOf),
    ("__hashNew", Builtin::HashNew),
    ("__hashFind", Builtin::HashFind),
    ("__hashInsert", Builtin::HashInsert),
    ("__hashRemove", Builtin::HashRemove),
    ("__hashClear", Builtin::HashClear),
    ("__promiseNew", Builtin::PromiseNew),
    ("__promiseResolve", Builtin::PromiseResolve),
    ("__promiseReject", Builtin::PromiseReject),
    ("__promiseProbe", Builtin::PromiseProbe),
    ("__promiseCancel", Builtin::PromiseCancel),
    ("__sleep", Builtin::Sleep),
    ("now", Builtin::Now),
    ("__stackTrace", Builtin::StackTrace),
];

impl<'a> Fx<'a, '_> {
    /// A call of an intrinsic by its qualified name; `this` for methods.
    pub fn intrinsic(
        &mut self,
        name: &str,
        this: Option<Val>,
        sig: &'a CallSig,
        args: &'a [Arg],
    ) -> Val {
        match name {
            "Array.push" => return self.push_all(this.expect("a method"), sig, args),
            "Array.isArray" => return self.is_array_test(args),
            "String.from" | "Number.from" => return self.conversion(name, args),
            "__zero" => {
                let kinds = self.p.kinds(&sig.type_args, &self.env.clone());
                return self.zero(kinds.first().copied().unwrap_or(Slot::ANY));
            }
            _ => {}
        }
        let env = self.env.clone();
        let slots: Vec<Slot> = sig
            .params
            .iter()
            .map(|p| self.p.param_slot(p, &env))
            .collect();
        let given = args.len();
        let mut vals: Vec<Val> = this.into_iter().collect();
        vals.extend(self.arguments(args, &sig.params, &slots));
        if let Some(&(_, op)) = NUMBER_OPS.iter().find(|o| o.0 == name) {
            return self.number_op(op, &vals);
        }
        if let Some(&(_, builtin)) = BUILTINS.iter().find(|b| b.0 == name) {
            return self.simple_builtin(builtin, vals, given, this.is_some());
        }
        self.special(name, &vals, given, sig)
    }

    fn number_op(&mut self, op: Op, vals: &[Val]) -> Val {
        let vals: Vec<Val> = vals.iter().map(|&v| self.convert(v, Slot::F64)).collect();
        let second = vals.get(1).map_or(0, |v| v.n.0);
        self.def(op, Slot::F64, vals[0].n.0, second)
    }

    /// A built-in; optional numbers that weren't given have the built-in's own stand-in.
    fn simple_builtin(
        &mut self,
        builtin: Builtin,
        mut vals: Vec<Val>,
        given: usize,
        is_method: bool,
    ) -> Val {
        let missing = given + usize::from(is_method);
        for val in vals.iter_mut().skip(missing) {
            let stands_in = match builtin {
                Builtin::NumToFixed => 0.0,
                Builtin::NumToPrecision | Builtin::NumToExponential => f64::NAN,
                _ => continue,
            };
            *val = self.number(stands_in);
        }
        if builtin == Builtin::NumToPrecision && given == 0 {
            let this = vals[0];
            return self.builtin(Builtin::NumToStr, &[this]);
        }
        if builtin == Builtin::ArrSetLen {
            vals[1] = self.length_value(vals[1]);
        }
        self.builtin(builtin, &vals)
    }

    fn optional_number(&mut self, val: Option<&Val>, given: bool, otherwise: f64) -> Val {
        match val {
            Some(&val) if given => {
                if val.slot != Slot::MIXED {
                    return self.convert(val, Slot::F64);
                }
                let result = self.fresh(Slot::F64);
                let (missing, there, end) = (self.block(), self.block(), self.block());
                self.branch(Op::JTag, val.r.0, 0, missing, there);
                self.start(there);
                let number = self.convert(val, Slot::F64);
                self.assign(result, number);
                self.jump(end);
                self.start(missing);
                let number = self.number(otherwise);
                self.assign(result, number);
                self.start(end);
                result
            }
            _ => self.number(otherwise),
        }
    }

    fn special(&mut self, name: &str, vals: &[Val], given: usize, sig: &'a CallSig) -> Val {
        let first = vals.first().copied().unwrap_or(NOTHING);
        let number = |fx: &mut Self, i: usize, otherwise: f64| {
            fx.optional_number(vals.get(i), given >= i, otherwise)
        };
        match name {
            "Array.pop" => self.pop(first),
            "Array.reverse" => {
                self.builtin(Builtin::ArrReverse, &[first]);
                first
            }
            "String.charCodeAt" => {
                let at = number(self, 1, 0.0);
                self.char_code(first, at)
            }
            "String.charAt" => {
                let at = number(self, 1, 0.0);
                self.builtin(Builtin::StrCharAt, &[first, at])
            }
            "String.substring" | "String.slice" => {
                let from = number(self, 1, 0.0);
                let to = number(self, 2, f64::INFINITY);
                let builtin = if name == "String.slice" {
                    Builtin::StrSlice
                } else {
                    Builtin::StrSubstring
                };
                self.builtin(builtin, &[first, from, to])
            }
            "String.indexOf" | "String.startsWith" => {
                let from = number(self, 2, 0.0);
                let builtin = if name == "String.indexOf" {
                    Builtin::StrIndexOf
                } else {
                    Builtin::StrStartsWith
                };
                self.builtin(builtin, &[first, vals[1], from])
            }
            "String.lastIndexOf" => {
                let from = number(self, 2, f64::NAN);
                self.builtin(Builtin::StrLastIndexOf, &[first, vals[1], from])
            }
            "String.endsWith" => {
                let end = number(self, 2, f64::INFINITY);
                self.builtin(Builtin::StrEndsWith, &[first, vals[1], end])
            }
            "Number.toString" => {
                if given == 0 {
                    return self.builtin(Builtin::NumToStr, &[first]);
                }
                let radix = number(self, 1, 10.0);
                self.builtin(Builtin::NumToStrRadix, &[first, radix])
            }
            "Math.imul" => {
                let (a, b) = (self.word_of(first), self.word_of(vals[1]));
                self.def(Op::MulW, Slot::I32, a.n.0, b.n.0)
            }
            "__arrayNew" => {
                let kinds = self.p.kinds(&sig.type_args, &self.env.clone());
                let element = kinds.first().copied().unwrap_or(Slot::ANY);
                self.sized_array(array_of(element), first)
            }
            "__typedLike" => self.typed_like(first, vals[1]),
            "__elementBytes" => self.element_bytes(first),
            "__plusZero" => self.plus_zero(first),
            "__print" => self.host_import("console", "print", vals, &[Slot::F64, Slot::STR]),
            _ if name.starts_with("__vm") => self.runtime_import("raya:vm", name, vals, sig),
            _ if name.starts_with("__remote") => {
                self.runtime_import("raya:remote", name, vals, sig)
            }
            _ => self.refuse(
                4023,
                self.span,
                &format!("`{name}` has no body and is no function of the runtime"),
                "give it a body",
            ),
        }
    }

    /// `String.from(x)`, `Number.from(x)`
    fn conversion(&mut self, name: &str, args: &'a [Arg]) -> Val {
        let Some(arg) = args.first().map(arg_expr) else {
            return match name {
                "String.from" => self.string(""),
                _ => self.number(0.0),
            };
        };
        let ty = self.type_of(arg);
        let val = self.lenient(arg);
        if name == "String.from" {
            self.text_of(val, ty)
        } else {
            self.number_of(val)
        }
    }

    fn is_array_test(&mut self, args: &'a [Arg]) -> Val {
        let Some(arg) = args.first().map(arg_expr) else {
            return self.boolean(false);
        };
        let val = self.lenient(arg);
        let mixed = self.convert(val, Slot::MIXED);
        if let Some(class) = val.slot.as_class() {
            let kind = self.p.classes[class as usize].kind;
            return self.boolean(kind == raya_bytecode::image::CLASS_TUPLE);
        }
        self.def(Op::IsType, Slot::BOOL, mixed.r.0, u32::from(Slot::ARR.0))
    }

    /// `xs.push(a, ...b)`: the new length.
    fn push_all(&mut self, array: Val, sig: &'a CallSig, args: &'a [Arg]) -> Val {
        let unused = std::mem::take(&mut self.discards);
        let element = sig.params.first().and_then(|p| self.element_type(p.ty, 0));
        for arg in args {
            match (arg, element) {
                (Arg::Expr(e), Some(ty)) => {
                    let val = self.expr_to(e, ty);
                    self.push_element(array, val);
                }
                (Arg::Expr(e), None) => {
                    let val = self.raw(e);
                    self.push_element(array, val);
                }
                (Arg::Spread(e), _) => self.append_all(array, e),
            }
        }
        if unused {
            return NOTHING;
        }
        self.def(Op::Len, Slot::I32, array.r.0, 0)
    }

    /// The last element, taken off; undefined if there is none.
    fn pop(&mut self, array: Val) -> Val {
        let result = self.fresh(optional(element_of(array.slot)));
        let (some, none, end) = (self.block(), self.block(), self.block());
        let length = self.def(Op::Len, Slot::I32, array.r.0, 0);
        let last = self.def(Op::AddWI, Slot::I32, length.n.0, -1i32 as u32);
        self.branch(Op::JGeII, last.n.0, 0, some, none);
        self.start(some);
        let val = self.get_element(array, last, Slot::ANY);
        let val = self.convert(val, result.slot);
        self.assign(result, val);
        self.builtin(Builtin::ArrSetLen, &[array, last]);
        self.jump(end);
        self.start(none);
        self.clear(result);
        self.start(end);
        result
    }

    fn char_code(&mut self, text: Val, at: Val) -> Val {
        let whole = self.def(Op::TruncF, Slot::F64, at.n.0, 0);
        let index = self.def(Op::F2X, Slot::I32, whole.n.0, 0);
        self.def(Op::CharCode, Slot::F64, text.r.0, index.n.0)
    }

    fn plus_zero(&mut self, val: Val) -> Val {
        match val.slot {
            Slot::F64 => {
                let zero = self.number(0.0);
                self.def(Op::AddF, Slot::F64, val.n.0, zero.n.0)
            }
            Slot::MIXED => {
                let zero = self.number(0.0);
                let n = self.def(Op::AddF, Slot::F64, val.n.0, zero.n.0).n;
                Val { n, ..val }
            }
            _ => val,
        }
    }

    /// `new Array<T>(n)`
    pub fn new_array_expr(&mut self, slot: Slot, args: &'a [Arg]) -> Val {
        match args.first().map(arg_expr) {
            None => self.new_array(slot, 0),
            Some(arg) => {
                let length = self.raw(arg);
                if length.slot == Slot::MIXED {
                    let length = self.optional_number(Some(&length), true, 0.0);
                    return self.sized_array(slot, length);
                }
                self.sized_array(slot, length)
            }
        }
    }

    /// An array of so many zeros; a length that is none traps.
    pub fn sized_array(&mut self, slot: Slot, length: Val) -> Val {
        let count = match length.slot {
            Slot::I32 => length,
            _ => {
                let number = self.convert(length, Slot::F64);
                self.def(Op::F2X, Slot::I32, number.n.0, 0)
            }
        };
        let (good, bad) = (self.block(), self.block());
        self.branch(Op::JGeII, count.n.0, 0, good, bad);
        self.start(bad);
        self.trap(Trap::InvalidLength);
        self.start(good);
        self.def(Op::NewArr, slot, u32::from(slot.0), count.n.0)
    }

    /// An intrinsic called with values at hand, by the wrapper that makes it a function value.
    pub fn intrinsic_value(&mut self, f: FnId, args: &[Val]) -> Val {
        let ast = self.p.ast(f);
        let name = match self.p.checked.functions[f.index()].class {
            Some(class) => format!("{}.{}", self.p.class_name(class), ast.name),
            None => ast.name.to_string(),
        };
        let first = args.first().copied().unwrap_or(NOTHING);
        match &*name {
            "String.from" => return self.text_of_any(first),
            "Number.from" => return self.builtin(Builtin::ToNum, &[first]),
            _ => {}
        }
        if let Some(&(_, op)) = NUMBER_OPS.iter().find(|o| o.0 == name) {
            return self.number_op(op, args);
        }
        match BUILTINS.iter().find(|b| b.0 == name) {
            Some(&(_, builtin)) => self.simple_builtin(builtin, args.to_vec(), args.len(), false),
            None => self.refuse(
                4023,
                self.span,
                &format!("`{name}` can't be used as a value"),
                "write an arrow function that calls it",
            ),
        }
    }

    // What the host serves.

    fn host_import(&mut self, module: &str, name: &str, vals: &[Val], params: &[Slot]) -> Val {
        let args: Vec<Val> = vals
            .iter()
            .zip(params)
            .map(|(&v, &slot)| self.convert(v, slot))
            .collect();
        let import = self.p.imports.id(ImportSpec {
            module: module.into(),
            name: name.into(),
            params: params.to_vec(),
            ret: Slot::VOID,
            ty: ImportType::Slots,
            at: (self.span.file, 0),
        });
        self.call(Op::CallHost, Slot::VOID, import, 0, &args)
    }

    fn runtime_import(&mut self, module: &str, name: &str, vals: &[Val], sig: &'a CallSig) -> Val {
        let env = self.env.clone();
        let params: Vec<Slot> = sig
            .params
            .iter()
            .map(|p| self.p.param_slot(p, &env))
            .collect();
        let ret = self.p.ret_slot(sig.ret, &env);
        let args: Vec<Val> = vals
            .iter()
            .zip(&params)
            .map(|(&v, &slot)| self.convert(v, slot))
            .collect();
        let import = self.p.imports.id(ImportSpec {
            module: module.into(),
            name: name.into(),
            params,
            ret,
            ty: ImportType::Parts(sig.params.iter().map(|p| p.ty).collect(), sig.ret),
            at: (self.span.file, 0),
        });
        self.call(Op::CallHost, ret, import, 0, &args)
    }
}
