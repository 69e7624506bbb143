//! Every capacity of the format of programs.

#[path = "../../bytecode/tests/common/mod.rs"]
mod sample;

use super::{Edge, Limit};
use raya_bytecode::assemble::FunctionBuilder;
use raya_bytecode::codec::{decode, encode};
use raya_bytecode::image::{Handler, Image, StringConst};
use raya_bytecode::isa::Op;
use raya_bytecode::limits::*;
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::{Problem, VerifyError, verify};

/// A capacity of images: what is beyond it is refused for its number, whatever else is wrong.
macro_rules! capacity {
    ($max:ident, $says:literal, $grow:expr) => {
        (
            stringify!($max),
            Edge::UpTo($max as u64, |n| counted(n, $grow), $says),
        )
    };
}

pub const LIMITS: &[Limit] = &[
    capacity!(FUNCTIONS_MAX, "65001 of 65000", |i, n| fill(
        &mut i.functions,
        n
    )),
    capacity!(CLASSES_MAX, "65001 of 65000", |i, n| fill(
        &mut i.classes,
        n
    )),
    capacity!(STRINGS_MAX, "65001 of 65000", |i, n| fill(
        &mut i.strings,
        n
    )),
    capacity!(NUMBERS_MAX, "65001 of 65000", |i, n| fill(
        &mut i.numbers,
        n
    )),
    capacity!(SIGS_MAX, "65001 of 65000", |i, n| fill(&mut i.sigs, n)),
    capacity!(MEMBERS_MAX, "65001 of 65000", |i, n| fill(
        &mut i.members,
        n
    )),
    capacity!(IMPORTS_MAX, "65001 of 65000", |i, n| fill(
        &mut i.imports,
        n
    )),
    capacity!(FILES_MAX, "257 of 256", |i, n| fill(&mut i.files, n)),
    capacity!(STRING_UNITS_MAX, "16777217 of 16777216", |i, n| {
        add_string(i, n);
    }),
    capacity!(NAME_UNITS_MAX, "1001 of 1000", |i, n| {
        add_string(i, n);
        i.functions[0].name = i.strings.len() as u32 - 1;
    }),
    capacity!(PARAMS_MAX, "256 of 255", |i, n| {
        let last = i.sigs.last_mut().expect("the sample has one");
        last.params.count = n as u32;
        i.sig_params
            .resize(last.params.start as usize + n, Slot::F64);
    }),
    capacity!(REGISTERS_MAX, "60001 of 60000", |i, n| {
        i.functions[0].num_temps = n as u16;
    }),
    capacity!(FUNCTION_CODE_MAX, "1048577 of 1048576", |i, n| {
        let last = i.functions.last_mut().expect("the sample has one");
        last.code.count = n as u32;
        let inst = *i.code.last().expect("it has code");
        i.code.resize(last.code.start as usize + n, inst);
    }),
    capacity!(FUNCTION_HANDLERS_MAX, "4097 of 4096", |i, n| {
        let handler = Handler {
            start: 0,
            end: 1,
            target: 0,
        };
        let last = i.functions.last_mut().expect("the sample has one");
        last.handlers.count = n as u32;
        i.handlers.resize(last.handlers.start as usize + n, handler);
    }),
    (
        "IMAGE_BYTES_MAX",
        Edge::UpTo(IMAGE_BYTES_MAX as u64, of_bytes, "268435457"),
    ),
    (
        "OBJECT_WORDS_MAX",
        Edge::UpTo(OBJECT_WORDS_MAX as u64, of_words, "size"),
    ),
    (
        "BLOCK_COST_MAX",
        Edge::UpTo(BLOCK_COST_MAX as u64, block, "split in 2"),
    ),
];

/// Adds a string of so many units.
fn add_string(image: &mut Image, units: usize) {
    image.strings.push(StringConst {
        start: image.string_units.len() as u32,
        count: units as u32,
    });
    image
        .string_units
        .resize(image.string_units.len() + units, 0);
}

fn fill<T: Copy>(rows: &mut Vec<T>, count: usize) {
    let last = *rows.last().expect("the sample has one");
    rows.resize(count, last);
}

/// An image with so many of something: whether they are too many.
fn counted(n: u64, grow: fn(&mut Image, usize)) -> Result<(), String> {
    let mut image = sample::sample().finish();
    grow(&mut image, n as usize);
    match verify(image) {
        Err(VerifyError::Row { problem, .. } | VerifyError::Code { problem, .. }) => {
            match problem {
                Problem::TooMany { count, max, .. } => Err(format!("{count} of {max}")),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Bytes that are no image: whether that is for their number.
fn of_bytes(n: u64) -> Result<(), String> {
    let mut bytes = encode(&sample::sample().finish());
    bytes.resize(n as usize, 0);
    match decode(&bytes) {
        Err(error @ raya_bytecode::codec::DecodeError::TooLong { .. }) => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// An object of so many words, which may have no fields.
fn of_words(n: u64) -> Result<(), String> {
    let mut image = sample::sample().finish();
    image.classes.last_mut().expect("the sample has one").words = n as u16;
    match verify(image) {
        Err(VerifyError::Row {
            section: "classes",
            problem: Problem::Rule(rule),
            ..
        }) if rule.contains("size") => Err(rule.into()),
        _ => Ok(()),
    }
}

/// A block of so many steps: each instruction costs 1, and the return 2. It is no error, but is charged in parts.
fn block(n: u64) -> Result<(), String> {
    let mut f = FunctionBuilder::new();
    for _ in 2..n {
        f.emit(Op::NegF, 0, 0, 0);
    }
    f.emit(Op::RetF, 0, 0, 0);
    let body = f.finish(1, 0).expect("assembles");
    let is_charge = |op: u8| op == Op::Charge as u8;
    match body.code.iter().filter(|inst| is_charge(inst.op)).count() {
        0 => Ok(()),
        charges => Err(format!("split in {}", charges + 1)),
    }
}

#[test]
fn an_object_has_a_header() {
    assert_eq!(of_words(1), Ok(()));
    assert!(of_words(0).is_err_and(|rule| rule.contains("size")));
}
