//! One bad row for each rule about sections other than code.

mod common;

use raya_bytecode::image::*;
use raya_bytecode::slot::Slot;
use raya_bytecode::verify::{Problem, VerifyError, verify};

// Rows of the sample image, see `common`.
const GLOBALS: usize = 0;
const POINT: usize = 1;
const POINT3: usize = 2;
const CLOSURE: usize = 3;
const ERROR: usize = 4;
const INIT: usize = 0;
const PLAIN: usize = 1;

macro_rules! refuses {
    ($($name:ident $section:literal $problem:pat, |$image:ident| $change:expr;)*) => {$(
        #[test]
        fn $name() {
            let mut $image = common::sample().finish();
            $change;
            let error = verify($image).expect_err("accepted");
            let VerifyError::Row { section, problem, .. } = &error else { panic!("{error}") };
            assert_eq!(*section, $section, "{error}");
            assert!(matches!(problem, $problem), "{error}");
        }
    )*};
}

// Pools.
refuses! {
    a_gap_in_a_pool "functions" Problem::Overlap { pool: "code" }, |i| i.functions[PLAIN].code.start += 1;
    a_shared_range "functions" Problem::Overlap { pool: "code" },
        |i| i.functions[PLAIN].code = i.functions[INIT].code;
    a_range_out_of_its_pool "functions" Problem::NoSuch { what: "code", .. },
        |i| i.functions.last_mut().unwrap().code.count = u32::MAX;
    rows_without_owner "string_units" Problem::Rule(_), |i| i.string_units.push(0);
    a_string_out_of_its_units "strings" Problem::NoSuch { .. }, |i| i.strings.last_mut().unwrap().count += 1;
    too_many_files "files" Problem::TooMany { count: 300, max: 256, .. }, |i| i.files = vec![0; 300];
}

// Constants and signatures.
refuses! {
    a_nan_that_is_not_the_one "numbers" Problem::Rule(_), |i| i.numbers[0] = f64::from_bits(0x7ff8_0000_0000_0001);
    a_member_without_name "members" Problem::NoSuch { .. }, |i| i.members[0] = 9999;
    a_file_without_name "files" Problem::NoSuch { .. }, |i| i.files[0] = NONE;
    a_local_of_no_type "slots" Problem::BadSlot { slot: Slot(30), .. }, |i| i.slots[0] = Slot(30);
    a_local_of_type_void "slots" Problem::BadSlot { .. }, |i| i.slots[0] = Slot::VOID;
    a_local_of_no_class "slots" Problem::BadSlot { .. }, |i| i.slots[0] = Slot::class(5);
    a_signature_of_exact_types "sig_params" Problem::BadSlot { expected: "kind", .. },
        |i| i.sig_params[0] = Slot::STR;
    a_signature_with_an_exact_result "sigs" Problem::BadSlot { .. }, |i| i.sigs[0].ret = Slot::STR;
    a_signature_with_reserved_bits "sigs" Problem::Rule(_), |i| i.sigs[0].reserved = 1;
}

// Functions.
refuses! {
    a_function_without_name "functions" Problem::NoSuch { what: "string", .. }, |i| i.functions[PLAIN].name = NONE;
    a_function_without_signature "functions" Problem::NoSuch { what: "signature", .. },
        |i| i.functions[PLAIN].sig = NONE;
    a_function_with_anothers_signature "functions" Problem::Rule(_), |i| i.functions[PLAIN].sig = 0;
    a_function_with_unknown_flags "functions" Problem::Rule(_), |i| i.functions[PLAIN].flags = 2;
    a_function_with_another_result "functions" Problem::Rule(_), |i| i.functions[PLAIN].ret = Slot::I32;
    too_many_registers "functions" Problem::TooMany { what: "registers", .. },
        |i| i.functions[PLAIN].num_temps = 60_000;
    a_local_without_type "functions" Problem::Rule(_), |i| i.functions[PLAIN].num_locals += 1;
    parameters_that_are_not_the_first_locals "functions" Problem::Rule(_), |i| {
        let locals = i.functions[PLAIN].locals.indices();
        i.slots[locals.start] = Slot::I32;
    };
    a_reference_among_the_numbers "functions" Problem::Rule(_), |i| {
        let locals = i.functions[PLAIN].locals.indices();
        i.slots[locals.start] = Slot::MIXED;
    };
    a_receiver_that_is_not_passed "functions" Problem::Rule(_), |i| i.functions[PLAIN].receiver = 1;
    a_receiver_that_is_no_class "functions" Problem::NoSuch { .. }, |i| i.functions[PLAIN].receiver = 99;
    a_line_out_of_the_function "functions" Problem::NoSuch { what: "instruction", .. }, |i| i.lines[0].pc = 1;
    a_line_of_no_file "functions" Problem::NoSuch { what: "file", .. }, |i| i.lines[0].line = 1 << 24;
}

/// Gives the last function handlers.
fn with_handlers(image: &mut Image, ranges: &[(u32, u32, u32)]) {
    let function = image.functions.last_mut().unwrap();
    function.handlers.count = ranges.len() as u32;
    let rows = ranges
        .iter()
        .map(|&(start, end, target)| Handler { start, end, target });
    image.handlers.extend(rows);
    let ret = image.code[function.code.start as usize];
    for _ in 1..8 {
        image.code.push(ret);
        function.code.count += 1;
    }
}

refuses! {
    an_empty_handler "functions" Problem::Rule(_), |i| with_handlers(&mut i, &[(1, 1, 2)]);
    a_handler_out_of_the_function "functions" Problem::Rule(_), |i| with_handlers(&mut i, &[(1, 9, 2)]);
    a_handler_to_nowhere "functions" Problem::NoSuch { .. }, |i| with_handlers(&mut i, &[(1, 2, 8)]);
    handlers_that_cross "functions" Problem::Rule(_), |i| with_handlers(&mut i, &[(0, 4, 7), (2, 6, 7)]);
    an_outer_handler_first "functions" Problem::Rule(_), |i| with_handlers(&mut i, &[(0, 6, 7), (2, 4, 7)]);
    an_outer_handler_first_with_one_end "functions" Problem::Rule(_),
        |i| with_handlers(&mut i, &[(0, 4, 7), (2, 4, 7)]);
}

// Classes.
refuses! {
    a_base_that_is_not_above "classes" Problem::Rule(_), |i| i.classes[POINT3].base = GLOBALS as u32;
    a_base_behind "classes" Problem::Rule(_), |i| i.classes[POINT].base = POINT3 as u32;
    a_subtree_beyond_its_base "classes" Problem::Rule(_), |i| i.classes[POINT3].last_subclass = CLOSURE as u32;
    a_subtree_before_itself "classes" Problem::Rule(_), |i| i.classes[ERROR].last_subclass = 0;
    a_subtree_out_of_range "classes" Problem::NoSuch { .. }, |i| i.classes[ERROR].last_subclass = 5;
    a_class_of_no_kind "classes" Problem::Rule(_), |i| i.classes[POINT].kind = 99;
    an_error_below_a_nominal_class "classes" Problem::Rule(_), |i| i.classes[POINT3].kind = CLASS_ERROR;
    an_error_without_message "classes" Problem::Rule(_), |i| i.classes[POINT].kind = CLASS_ERROR;
    a_map_without_keys "classes" Problem::Rule(_), |i| i.classes[ERROR].kind = CLASS_MAP;
    a_set_without_keys "classes" Problem::Rule(_), |i| i.classes[ERROR].kind = CLASS_SET;
    a_field_without_name "fields" Problem::NoSuch { .. }, |i| i.fields[0].name = NONE;
    a_field_of_no_type "fields" Problem::BadSlot { .. }, |i| i.fields[0].slot = Slot::VOID;
    a_field_of_no_member "fields" Problem::NoSuch { .. }, |i| i.fields[0].member = 9999;
    a_field_of_no_desc "fields" Problem::NoSuch { .. }, |i| i.fields[0].desc = 9999;
    a_field_with_unknown_flags "fields" Problem::Rule(_), |i| i.fields[0].flags = 8;
    an_offset_of_a_half_that_is_not_there "fields" Problem::Rule(_), |i| i.fields[0].ref_offset = 2;
    a_field_in_the_header "classes" Problem::Rule(_), |i| i.fields[0].num_offset = 0;
    a_field_behind_the_object "classes" Problem::Rule(_), |i| i.fields[0].num_offset = 3;
    fields_that_overlap "classes" Problem::Rule(_), |i| i.fields[0].num_offset = 1;
    an_object_without_header "classes" Problem::Rule(_), |i| i.classes[CLOSURE].words = 0;
    an_object_too_large "classes" Problem::Rule(_), |i| i.classes[CLOSURE].words = 40_000;
    a_layout_unlike_its_bases "classes" Problem::Rule(_), |i| {
        let first = i.classes[POINT3].fields.indices().start;
        i.fields[first].num_offset = 4;
    };
    a_span_of_no_reference "classes" Problem::Rule(_), |i| i.ref_spans[0].count = 2;
    a_span_elsewhere "classes" Problem::Rule(_), |i| i.ref_spans[0].start = 3;
    a_reference_without_span "classes" Problem::Rule(_), |i| {
        let class = i.classes[ERROR].ref_spans.indices();
        i.ref_spans[class.start].count = 2;
    };
}

// Methods and closures.
refuses! {
    a_method_without_function "classes" Problem::NoSuch { what: "function", .. }, |i| i.methods[0].function = 99;
    an_async_body_as_a_method "classes" Problem::Rule("an async body can only be spawned"),
        |i| i.methods[0].function = INIT as u32;
    a_method_of_another_class "classes" Problem::Rule(_), |i| i.methods[0].function = 3;
    a_method_of_no_class "classes" Problem::Rule(_), |i| i.methods[0].function = PLAIN as u32;
    a_getter_without_result "classes" Problem::Rule(_), |i| i.methods[0].kind = METHOD_GETTER;
    a_setter_without_value "classes" Problem::Rule(_), |i| i.methods[0].kind = METHOD_SETTER;
    a_method_of_no_kind "classes" Problem::Rule(_), |i| i.methods[0].kind = 3;
    a_closure_without_function "classes" Problem::NoSuch { .. }, |i| i.classes[CLOSURE].function = NONE;
    a_closure_with_anothers_function "classes" Problem::Rule(_), |i| i.classes[CLOSURE].function = 4;
    a_function_of_no_closure "classes" Problem::Rule(_), |i| i.classes[POINT].function = 3;
}

// Reflection, imports, exports, entry.
refuses! {
    a_type_that_contains_itself "descs" Problem::Rule(_), |i| {
        let last = i.descs.iter().rposition(|d| d.children.count > 0).unwrap();
        let child = i.descs[last].children.indices().start;
        i.desc_children[child] = last as u32;
    };
    a_type_of_no_tag "descs" Problem::Rule(_), |i| i.descs[0].tag = 22;
    a_typed_array_of_no_kind "descs" Problem::NoSuch { .. }, |i| i.descs[0] = Desc { tag: DESC_TYPED, arg: 9, ..i.descs[0] };
    a_type_with_an_argument_too_much "descs" Problem::Rule(_), |i| i.descs[0].arg = 1;
    an_array_of_nothing "descs" Problem::Rule(_), |i| i.descs[0].tag = DESC_ARRAY;
    a_type_of_no_class "descs" Problem::NoSuch { .. }, |i| i.descs[0] = Desc { tag: DESC_CLASS, arg: 99, ..i.descs[0] };
    an_import_without_name "imports" Problem::NoSuch { .. }, |i| i.imports[0].name = NONE;
    an_import_of_no_function_type "imports" Problem::Rule(_), |i| i.imports[0].desc = 0;
    an_import_with_anothers_signature "imports" Problem::Rule(_), |i| i.imports[0].sig = 0;
    an_import_unlike_its_type "imports" Problem::Rule("its type does not fit its slots"), |i| {
        let parts = i.descs[i.imports[0].desc as usize].children.indices();
        i.desc_children.swap(parts.start, parts.start + 1);
    };
    an_export_of_no_kind "exports" Problem::Rule(_), |i| i.exports[0].kind = 3;
    an_export_of_an_async_body "exports" Problem::Rule(_), |i| i.exports[0].index = INIT as u32;
    an_export_of_no_class "exports" Problem::NoSuch { .. }, |i| i.exports[1].index = 99;
    an_export_of_no_global "exports" Problem::NoSuch { .. }, |i| i.exports[2].index = 2;
    an_initialiser_that_is_not_async "entry" Problem::Rule(_), |i| i.entry.init = PLAIN as u32;
    an_initialiser_with_parameters "entry" Problem::Rule(_), |i| i.entry.init = 2;
    globals_of_another_kind "entry" Problem::Rule(_), |i| i.entry.globals = POINT as u32;
    an_error_of_another_kind "entry" Problem::Rule(_), |i| i.entry.type_error = POINT as u32;
    a_map_of_another_kind "entry" Problem::Rule(_), |i| i.entry.map = ERROR as u32;
    an_entry_with_reserved_bits "entry" Problem::Rule(_), |i| i.entry.reserved = 1;
}
