//! Linking: constants, members and shapes as the image says; programs shared by what they are.

use raya_bytecode::assemble::{FieldSpec, FunctionBuilder, FunctionSpec, ImageBuilder, MethodSpec};
use raya_bytecode::image::*;
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::{VerifiedImage, verify};
use raya_storages::dump::{LoadError, Persist, Reader, Writer};
use raya_storages::heaps::Heap;
use raya_storages::programs::{MemberEntry, Program, Programs};
use std::sync::Arc;

/// Adds a function that does nothing.
fn function(b: &mut ImageBuilder, receiver: Option<u16>, ret: Slot, flags: u16) -> u32 {
    let mut f = FunctionBuilder::new();
    f.line(1, 1);
    if ret == Slot::F64 {
        f.emit(Op::ConstFI, 0, 1, 0);
        f.emit(Op::RetF, 0, 0, 0);
    } else {
        f.emit(Op::Ret, 0, 0, 0);
    }
    let params: Vec<Slot> = receiver.iter().map(|class| Slot::class(*class)).collect();
    let body = f.finish(0, params.len() as u16).expect("assembles");
    let spec = FunctionSpec {
        name: "f",
        params: &params,
        ret,
        num_locals: &[],
        ref_locals: &params,
        receiver,
        flags,
    };
    let id = b.declare_function();
    b.define_function(id, &spec, body);
    id
}

/// `class Base { size: number; get area() }`, `class Derived extends Base {}`, `{ a, b }`, and `members` unused names.
fn image(members: usize, constant: f64) -> (VerifiedImage, u32) {
    let mut b = ImageBuilder::new();
    b.file("test.ts");
    for member in 0..members {
        b.member(&format!("unused{member}"));
    }
    b.number(constant);
    b.string("häuser");
    b.string("λόγος");
    let globals = b.declare_class("globals", CLASS_GLOBALS, None);
    let base = b.declare_class("Base", CLASS_NOMINAL, None);
    let derived = b.declare_class("Derived", CLASS_NOMINAL, Some(base));
    let shape = b.declare_class("{ a, b }", CLASS_SHAPE, None);
    let number = b.desc(DESC_NUMBER, 0, &[]);
    let field = |b: &mut ImageBuilder, name: &str| FieldSpec {
        name: b.string(name),
        member: Some(b.member(name)),
        slot: Slot::F64,
        flags: 0,
        desc: Some(number),
    };
    let size = field(&mut b, "size");
    let ab = [field(&mut b, "a"), field(&mut b, "b")];
    b.set_fields(globals, &[]);
    b.set_fields(base, &[size]);
    b.set_fields(derived, &[]);
    b.set_fields(shape, &ab);
    for _ in 0..members / 3_000 {
        let other = b.declare_class("other", CLASS_SHAPE, None);
        b.set_fields(other, &[]);
    }
    let init = function(&mut b, None, Slot::VOID, FUNCTION_ASYNC);
    let getter = function(&mut b, Some(base), Slot::F64, 0);
    let (name, member) = (b.string("area"), Some(b.member("area")));
    let method = MethodSpec {
        name,
        member,
        function: getter,
        kind: METHOD_GETTER,
        desc: None,
    };
    b.set_methods(base, vec![method]);
    let entry = Entry::of(init, globals.into());
    let image = b.finish(entry).expect("assembles");
    (verify(image).unwrap_or_else(|e| panic!("{e}")), getter)
}

fn member(program: &Program, name: &str) -> u16 {
    let named = |m: &u32| program.image.text(*m) == name;
    program
        .image
        .members
        .iter()
        .position(named)
        .expect("the name is one") as u16
}

/// The classes of the image, in preorder.
const GLOBALS: u16 = 0;
const BASE: u16 = 1;
const DERIVED: u16 = 2;
const SHAPE: u16 = 3;

#[test]
fn members_are_found_however_many_there_are() {
    // The others would have more cells than so few members may, and than any dense table takes.
    for members in [0, 5_000, 60_000] {
        let (image, getter) = image(members, 1.0);
        let program = Program::link(Arc::new(image), 1);
        let accessor = Some(MemberEntry::Accessor {
            getter,
            setter: NONE,
        });
        for class in [BASE, DERIVED] {
            assert_eq!(program.member(class, member(&program, "area")), accessor);
            let size = program.member(class, member(&program, "size"));
            assert!(matches!(
                size,
                Some(MemberEntry::Field {
                    slot: Slot::F64,
                    ..
                })
            ));
        }
        assert_eq!(program.member(SHAPE, member(&program, "area")), None);
        assert_eq!(program.member(GLOBALS, member(&program, "size")), None);
        assert!(program.is_subclass(DERIVED, BASE) && !program.is_subclass(BASE, DERIVED));
        assert_eq!(
            program
                .shapes_named(["a", "b"].into_iter())
                .collect::<Vec<_>>(),
            [SHAPE]
        );
        assert_eq!(program.shapes_named(["b", "a"].into_iter()).count(), 0);
    }
}

#[test]
fn constants_read_as_the_image_says() {
    let program = Program::link(Arc::new(image(0, 1.0).0), 1);
    let heap = Heap::default();
    for (string, reference) in (0..).zip(&program.constant_refs) {
        assert_eq!(
            heap.text(&program.constants, *reference),
            program.image.text(string)
        );
        assert_eq!(
            heap.copy_units(&program.constants, *reference),
            program.image.units(string)
        );
    }
    for unit in 0..=0xff {
        let units = heap.copy_units(&program.constants, program.unit_string(unit));
        assert_eq!(units, [u16::from(unit)]);
    }
    assert_eq!(
        heap.text(&program.constants, program.well_known.object_object),
        "[object Object]"
    );
    assert_eq!(
        heap.string_len(&program.constants, program.well_known.empty),
        0
    );
}

#[test]
fn a_program_has_one_row_and_a_forged_hash_gets_nobody_elses() {
    let mut programs = Programs::default();
    let link = |constant, hash| Arc::new(Program::link(Arc::new(image(0, constant).0), hash));
    let first = programs.share(link(1.0, 7));
    assert_eq!(programs.share(link(1.0, 7)), first);
    let forged = programs.share(link(2.0, 7));
    assert_ne!(forged, first);
    let users = [first.to_bits(), 0, first.to_bits()];
    let verify = |programs: &Programs| programs.verify(users.into_iter());
    assert!(verify(&programs).is_err(), "users are counted");
    programs.add_user(first);
    programs.add_user(first);
    assert!(verify(&programs).is_err(), "nobody has the other");
    programs.keep(forged, true);
    assert_eq!(verify(&programs), Ok(()));

    let mut to = Writer::new();
    programs.dump(&mut to);
    let bytes = to.into_bytes();
    let mut loaded = Programs::load(&mut Reader::new(&bytes)).expect("what was dumped loads");
    assert!(verify(&loaded).is_err());
    assert_eq!(loaded.bind(|_| None), Err(LoadError::ProgramMissing(7)));
    let kept = programs.get(first).cloned();
    assert_eq!(loaded.bind(|_| kept.clone()), Ok(()));
    assert_eq!(verify(&loaded), Ok(()));
    assert_eq!(
        (loaded.hash(), loaded.get(first).is_some()),
        (programs.hash(), true)
    );
}

#[test]
fn a_program_goes_with_its_last_user_unless_it_is_kept() {
    let mut programs = Programs::default();
    let link = || Arc::new(Program::link(Arc::new(image(0, 1.0).0), 7));
    let used = programs.share(link());
    programs.add_user(used);
    programs.add_user(used);
    assert!(!programs.free_unused(used));
    assert!(!programs.remove_user(used), "another has it");
    assert!(programs.remove_user(used), "it was the last");
    assert!(programs.get(used).is_none());

    let kept = programs.share(link());
    assert_ne!(kept, used, "an id is never used again");
    assert!(!programs.keep(kept, true));
    programs.add_user(kept);
    assert!(!programs.remove_user(kept), "it is kept");
    programs.add_user(kept);
    assert!(!programs.keep(kept, false), "it has a user");
    assert!(programs.remove_user(kept));
    assert!(!programs.keep(kept, true), "it is gone");
    assert_eq!(programs.len(), 0);
}

/// What a program of so many shapes counts as that have one field of this name each.
fn bytes_of_shapes(count: usize, name: &str) -> u64 {
    let mut b = ImageBuilder::new();
    b.file("test.ts");
    let globals = b.declare_class("globals", CLASS_GLOBALS, None);
    b.set_fields(globals, &[]);
    for _ in 0..count {
        let shape = b.declare_class("shape", CLASS_SHAPE, None);
        let name = b.string(name);
        let field = FieldSpec {
            name,
            member: None,
            slot: Slot::F64,
            flags: 0,
            desc: None,
        };
        b.set_fields(shape, &[field]);
    }
    let init = function(&mut b, None, Slot::VOID, FUNCTION_ASYNC);
    let image = b.finish(Entry::of(init, globals.into()));
    let image = verify(image.expect("assembles")).expect("is valid");
    Program::link(Arc::new(image), 0).bytes()
}

#[test]
fn rows_count_each_and_the_text_of_a_name_once() {
    let long = "x".repeat(1_000);
    let row = bytes_of_shapes(2, "x") - bytes_of_shapes(1, "x");
    assert!((100..300).contains(&row), "{row}");
    assert_eq!(
        bytes_of_shapes(51, &long) - bytes_of_shapes(1, &long),
        50 * row
    );
    // As units of the image, as a constant, as text.
    let name = bytes_of_shapes(1, &long) - bytes_of_shapes(1, "x");
    assert!((3_980..4_010).contains(&name), "{name}");
}
