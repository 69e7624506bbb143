//! The tables are consistent, and `docs/bytecode.md` is what they say; `RAYA_BLESS=1` rewrites it.

use raya_bytecode::builtins::{BUILTINS, Builtin};
use raya_bytecode::codec::{SECTIONS, VERSION};
use raya_bytecode::isa::{Flow, Inst, OPS, Op, OpInfo, Operand};
use raya_bytecode::limits;
use raya_bytecode::slot::Slot;
use std::collections::BTreeSet;
use std::fmt::Write;

/// All operands of an instruction, those of its second word last.
fn operands(info: &OpInfo) -> Vec<Operand> {
    let ext = info.ext.into_iter().flatten();
    info.operands.into_iter().chain(ext).collect()
}

#[test]
fn every_instruction_is_consistent() {
    let mut names = BTreeSet::new();
    assert!(OPS.len() <= 256);
    for (number, &op) in OPS.iter().enumerate() {
        let info = op.info();
        let all = operands(info);
        assert_eq!(Op::from_u8(number as u8), Some(op));
        assert!(names.insert(info.name), "{} is there twice", info.name);
        assert!(!info.effect.is_empty(), "{} says nothing", info.name);
        check_operands(op, &all);
        check_flow(op, &all);
    }
    assert_eq!(Op::from_u8(OPS.len() as u8), None);
}

/// Immediates and offsets of 32 bits take `b` and `c`; nothing follows an unused operand of a word.
fn check_operands(op: Op, all: &[Operand]) {
    use Operand::{Imm32, Imm32High, Jump, Jump32, Jump32High, None};
    let at = |operand: Operand| all.iter().position(|o| *o == operand);
    assert_eq!(at(Imm32).map(|i| i + 1), at(Imm32High), "{op:?}");
    assert_eq!(at(Jump32).map(|i| i + 1), at(Jump32High), "{op:?}");
    assert!(at(Imm32).is_none_or(|i| i == 1), "{op:?}");
    assert!(at(Jump32).is_none_or(|i| i == 1), "{op:?}");
    assert!(at(Jump).is_none_or(|i| i == 2), "{op:?}");
    let defs = all.iter().filter(|o| {
        matches!(
            o,
            Operand::DefF
                | Operand::DefI
                | Operand::DefZ
                | Operand::DefN
                | Operand::DefR
                | Operand::UpdF
                | Operand::UpdI
        )
    });
    assert!(defs.count() <= 2, "{op:?}");
    if let Some(unused) = all[..3].iter().position(|o| *o == None) {
        let jumps = all[unused..3]
            .iter()
            .all(|o| matches!(o, None | Jump | Jump32 | Jump32High));
        let spawn = op == Op::Spawn;
        assert!(jumps || spawn, "{op:?} has an operand behind an unused one");
    }
}

/// What jumps has somewhere to go, and the other way round.
fn check_flow(op: Op, all: &[Operand]) {
    let info = op.info();
    let jumps = all
        .iter()
        .any(|o| matches!(o, Operand::Jump | Operand::Jump32));
    let may_jump = matches!(info.flow, Flow::Branch | Flow::Jump) && op != Op::Charge;
    assert_eq!(jumps, may_jump, "{op:?}");
    let ends = !matches!(info.flow, Flow::Next | Flow::Safepoint);
    assert_eq!(op.is_terminator(), ends, "{op:?}");
    assert!(u32::from(info.cost) < limits::BLOCK_COST_MAX, "{op:?}");
    let free = matches!(op, Op::Charge | Op::Ext);
    assert_eq!(info.cost == 0, free, "{op:?} must cost something");
}

#[test]
fn every_built_in_is_consistent() {
    let mut names = BTreeSet::new();
    for (number, &builtin) in BUILTINS.iter().enumerate() {
        let info = builtin.info();
        assert_eq!(Builtin::from_u16(number as u16), Some(builtin));
        assert!(names.insert(info.name), "{} is there twice", info.name);
        assert!(info.params.iter().all(|p| *p != Slot::VOID));
    }
    assert_eq!(Builtin::from_u16(BUILTINS.len() as u16), None);
}

#[test]
fn immediates_keep_their_sign() {
    for value in [0, 1, -1, i32::MAX, i32::MIN, 65_536, -65_537] {
        assert_eq!(Inst::with_i32(Op::ConstI, 0, value).i32_bc(), value);
    }
}

#[test]
fn the_page_says_what_the_tables_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/bytecode.md");
    let page = page();
    if std::env::var_os("RAYA_BLESS").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).expect("a folder");
        std::fs::write(path, &page).expect("writes the page");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(page == written, "RAYA_BLESS=1 rewrites {path}");
}

const HEAD: &str = "\
# The bytecode

Generated from the tables in `bytecode/` by `RAYA_BLESS=1 cargo test -p raya-bytecode`; do not edit.
`bytecode/isa.rs` says what a frame, a block and a safepoint are, `bytecode/image.rs` what each row holds,
`bytecode/verify.rs` what is proved before a program runs.
";

const OPERANDS: &str = "
## Instructions

Eight bytes each: `op u8, cost u8, a u16, b u16, c u16`. Operands behind `+` stand in a second word, an `Ext`.
`F I Z N` are numeric registers that hold an f64, an i32, a boolean, any of them; `R` is a reference register and
`S` one that holds a string; `=` marks what is written, `=…+` what is read and written. `N? R?` take the halves that a result has.
*Flow*: **next** goes on; **safepoint** may allocate; **branch** ends a block and may jump; **jump** always does;
**call** ends a block and may run other code; **leave** ends the function.

| # | name | operands | flow | fuel | effect |
|--:|---|---|---|--:|---|
";

fn page() -> String {
    let mut page = String::from(HEAD);
    let _ = writeln!(page, "\n## Sections of a `.rbin`, version {VERSION}\n");
    for (id, name) in SECTIONS.iter().enumerate() {
        let _ = writeln!(page, "{id}. `{name}`");
    }
    page.push_str("\n## Slots\n\n| code | name |\n|--:|---|\n");
    for code in 0..Slot::BUILTIN_COUNT {
        let _ = writeln!(page, "| {code} | {} |", Slot(code).name());
    }
    page.push_str("| 64 + n | an instance of class n or of a class below it |\n");
    page.push_str(OPERANDS);
    for (number, op) in OPS.iter().enumerate() {
        let info = op.info();
        let _ = writeln!(
            page,
            "| {number} | {} | {} | {} | {} | {} |",
            info.name,
            operand_text(info),
            flow_name(info.flow),
            info.cost,
            info.effect.replace('|', "\\|")
        );
    }
    page.push_str(
        "\n## Built-ins\n\n| # | name | parameters | result | effect |\n|--:|---|---|---|---|\n",
    );
    for (number, builtin) in BUILTINS.iter().enumerate() {
        let info = builtin.info();
        let params: Vec<String> = info.params.iter().map(|p| p.name()).collect();
        let _ = writeln!(
            page,
            "| {number} | {} | {} | {} | {} |",
            info.name,
            params.join(", "),
            info.ret.name(),
            info.effect.replace('|', "\\|")
        );
    }
    page
}

fn operand_text(info: &OpInfo) -> String {
    let word = |operands: [Operand; 3]| {
        let names: Vec<&str> = operands.into_iter().filter_map(operand_name).collect();
        names.join(" ")
    };
    match info.ext {
        Some(ext) => format!("{} + {}", word(info.operands), word(ext)),
        None => word(info.operands),
    }
}

fn operand_name(operand: Operand) -> Option<&'static str> {
    Some(match operand {
        Operand::None | Operand::Imm32High | Operand::Jump32High => return None,
        Operand::DefF => "=F",
        Operand::DefI => "=I",
        Operand::DefZ => "=Z",
        Operand::DefN => "=N",
        Operand::DefR => "=R",
        Operand::UpdF => "=F+",
        Operand::UpdI => "=I+",
        Operand::UseF => "F",
        Operand::UseI => "I",
        Operand::UseZ => "Z",
        Operand::UseN => "N",
        Operand::UseR => "R",
        Operand::UseS => "S",
        Operand::RetN => "N?",
        Operand::RetR => "R?",
        Operand::Imm => "imm16",
        Operand::Imm32 => "imm32",
        Operand::Jump => "jump16",
        Operand::Jump32 => "jump32",
        Operand::Number => "number",
        Operand::String => "string",
        Operand::Class => "class",
        Operand::Type => "type",
        Operand::Function => "function",
        Operand::Sig => "signature",
        Operand::Member => "member",
        Operand::Desc => "desc",
        Operand::Import => "import",
        Operand::Builtin => "built-in",
        Operand::NumField | Operand::RefField => "field",
    })
}

fn flow_name(flow: Flow) -> &'static str {
    match flow {
        Flow::Next => "next",
        Flow::Safepoint => "safepoint",
        Flow::Branch => "branch",
        Flow::Jump => "jump",
        Flow::Call => "call",
        Flow::Leave => "leave",
    }
}
