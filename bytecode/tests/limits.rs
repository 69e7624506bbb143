//! Every capacity of the format: as much as fits is not refused for its number, and one more is, with both numbers.

mod common;

use raya_bytecode::assemble::FunctionBuilder;
use raya_bytecode::codec::{DecodeError, decode};
use raya_bytecode::image::{Handler, Image};
use raya_bytecode::isa::Op;
use raya_bytecode::limits::*;
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::{Problem, VerifyError, verify};

/// How many there are too many of, and how many may be, if that is what is wrong.
fn too_many(image: Image) -> Option<(u64, u64)> {
    match verify(image) {
        Err(VerifyError::Row { problem, .. } | VerifyError::Code { problem, .. }) => {
            match problem {
                Problem::TooMany { count, max, .. } => Some((count, max)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// An image with so many of something.
type Grow = fn(&mut Image, usize);

fn fill<T: Copy>(rows: &mut Vec<T>, count: usize) {
    let last = *rows.last().expect("the sample has one");
    rows.resize(count, last);
}

const CAPACITIES: &[(usize, Grow)] = &[
    (FUNCTIONS_MAX, |i, n| fill(&mut i.functions, n)),
    (CLASSES_MAX, |i, n| fill(&mut i.classes, n)),
    (STRINGS_MAX, |i, n| fill(&mut i.strings, n)),
    (NUMBERS_MAX, |i, n| fill(&mut i.numbers, n)),
    (SIGS_MAX, |i, n| fill(&mut i.sigs, n)),
    (MEMBERS_MAX, |i, n| fill(&mut i.members, n)),
    (IMPORTS_MAX, |i, n| fill(&mut i.imports, n)),
    (FILES_MAX, |i, n| fill(&mut i.files, n)),
    (STRING_UNITS_MAX, |i, n| {
        let last = i.strings.last_mut().expect("the sample has one");
        last.count = n as u32;
        i.string_units.resize(last.start as usize + n, 0);
    }),
    (PARAMS_MAX, |i, n| {
        let last = i.sigs.last_mut().expect("the sample has one");
        last.params.count = n as u32;
        i.sig_params
            .resize(last.params.start as usize + n, Slot::F64);
    }),
    (REGISTERS_MAX as usize, |i, n| {
        i.functions[0].num_temps = n as u16;
    }),
    (FUNCTION_CODE_MAX, |i, n| {
        let last = i.functions.last_mut().expect("the sample has one");
        last.code.count = n as u32;
        let inst = *i.code.last().expect("it has code");
        i.code.resize(last.code.start as usize + n, inst);
    }),
    (FUNCTION_HANDLERS_MAX, |i, n| {
        let handler = Handler {
            start: 0,
            end: 1,
            target: 0,
        };
        let last = i.functions.last_mut().expect("the sample has one");
        last.handlers.count = n as u32;
        i.handlers.resize(last.handlers.start as usize + n, handler);
    }),
];

#[test]
fn as_many_as_fit_are_not_too_many_and_one_more_is() {
    for (max, grow) in CAPACITIES {
        let with = |count: usize| {
            let mut image = common::sample().finish();
            grow(&mut image, count);
            too_many(image)
        };
        assert_eq!(with(*max), None, "{max}");
        let (count, limit) = with(max + 1).unwrap_or_else(|| panic!("{max} is no limit"));
        assert_eq!((count, limit), (*max as u64 + 1, *max as u64));
    }
}

#[test]
fn an_image_is_refused_by_its_length_alone() {
    let mut bytes = raya_bytecode::codec::encode(&common::sample().finish());
    bytes.resize(IMAGE_BYTES_MAX + 1, 0);
    let length = bytes.len() as u64;
    let max = IMAGE_BYTES_MAX as u64;
    assert_eq!(
        decode(&bytes).err(),
        Some(DecodeError::TooLong { length, max })
    );
    bytes.pop();
    assert!(!matches!(decode(&bytes), Err(DecodeError::TooLong { .. })));
}

#[test]
fn objects_end_where_offsets_do() {
    let with = |words: u16| {
        let mut image = common::sample().finish();
        image.classes.last_mut().expect("the sample has one").words = words;
        match verify(image) {
            Err(VerifyError::Row {
                section: "classes",
                problem: Problem::Rule(rule),
                ..
            }) => rule.contains("size"),
            _ => false,
        }
    };
    let most = OBJECT_WORDS_MAX as u16;
    assert_eq!((with(most), with(most + 1)), (false, true));
    assert_eq!((with(1), with(0)), (false, true));
}

#[test]
fn a_block_that_costs_more_than_a_byte_holds_is_split() {
    // Each costs 1, and the return 2.
    let charges = |cost: u32| {
        let mut f = FunctionBuilder::new();
        for _ in 2..cost {
            f.emit(Op::NegF, 0, 0, 0);
        }
        f.emit(Op::RetF, 0, 0, 0);
        let body = f.finish(1, 0).expect("assembles");
        let is_charge = |op: u8| op == Op::Charge as u8;
        body.code.iter().filter(|inst| is_charge(inst.op)).count()
    };
    assert_eq!(
        (charges(BLOCK_COST_MAX), charges(BLOCK_COST_MAX + 1)),
        (0, 1)
    );
}
