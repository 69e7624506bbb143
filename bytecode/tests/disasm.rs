//! The text of the sample program, beside its golden; `RAYA_BLESS=1` rewrites it.

mod common;

use raya_bytecode::assemble::{FunctionBuilder, FunctionSpec};
use raya_bytecode::builtins::Builtin;
use raya_bytecode::disasm::dump;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::verify;

#[test]
fn the_sample_reads_as_its_golden() {
    let mut sample = common::sample();
    let mut f = FunctionBuilder::new();
    let [start, end, catch, out] = std::array::from_fn(|_| f.label());
    f.line(4, 5);
    f.bind(start);
    f.emit(Op::ConstF, 2, 0, 0);
    f.emit(Op::GetN, 1, 0, 3);
    f.branch(Op::JNLtF, 1, 2, out);
    f.line(5, 9);
    f.emit(Op::ConstS, 4, 0, 0);
    f.emit(Op::ConstFI, 2, 7, 0);
    f.call(Op::CallHost, [1, 0, sample.host as u16], None, 1, 1);
    f.emit_ext(Op::GetMember, [1, 0, 0], [sample.member as u16, 0, 0]);
    f.emit(Op::MovR, 4, 1, 0);
    f.call(
        Op::CallBuiltin,
        [0, 1, Builtin::StrUpper as u16],
        None,
        0,
        1,
    );
    f.bind(end);
    f.jump(out);
    f.bind(catch);
    f.emit(Op::Catch, 0, 2, 0);
    f.bind(out);
    f.emit(Op::RetF, 1, 0, 0);
    f.handler(start, end, catch);
    let point = Slot::class(sample.point);
    let spec = FunctionSpec {
        name: "Point.test",
        params: &[point],
        ret: Slot::F64,
        num_locals: &[Slot::F64, Slot::F64],
        ref_locals: &[point, Slot::STR, Slot::ANY, Slot::STR],
        receiver: Some(sample.point),
        flags: 0,
    };
    let id = sample.builder.declare_function();
    let body = f.finish(2, 4).expect("assembles");
    sample.builder.define_function(id, &spec, body);
    let image = verify(sample.finish()).unwrap_or_else(|e| panic!("{e}"));
    let text = dump(&image);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sample.dis");
    if std::env::var_os("RAYA_BLESS").is_some() {
        std::fs::write(path, &text).expect("writes the golden");
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, golden, "RAYA_BLESS=1 rewrites {path}");
}
