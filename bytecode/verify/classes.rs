//! Classes: preorder, kinds, layouts, reference spans, methods and closures.

use super::error::{Problem, VerifyError, exists, in_row, rule};
use super::functions::params;
use super::reflection::function_desc;
use super::types::{expect_value, is_array};
use crate::image::*;
use crate::limits;
use crate::slot::Slot;

/// Checks all classes, their fields and methods.
pub fn check(image: &Image) -> Result<(), VerifyError> {
    for (row, field) in image.fields.iter().enumerate() {
        check_field(image, field).map_err(in_row("fields", row))?;
    }
    let mut above: Vec<u32> = Vec::new();
    for (row, class) in image.classes.iter().enumerate() {
        check_preorder(image, row as u32, class, &mut above)
            .and_then(|()| check_kind(image, class))
            .and_then(|()| check_layout(image, class))
            .and_then(|()| check_methods(image, row as u32, class))
            .and_then(|()| check_closure(image, row as u32, class))
            .map_err(in_row("classes", row))?;
    }
    Ok(())
}

fn check_field(image: &Image, field: &Field) -> Result<(), Problem> {
    exists("string", field.name, image.strings.len())?;
    if field.member != NONE {
        exists("member", field.member, image.members.len())?;
    }
    if field.desc != NONE {
        exists("desc", field.desc, image.descs.len())?;
    }
    expect_value(image, field.slot)?;
    rule(
        field.flags & !(FIELD_HIDDEN | FIELD_READONLY | FIELD_OPTIONAL) == 0,
        "unknown flags of a field",
    )?;
    rule(
        (field.slot.has_num() || field.num_offset == 0)
            && (field.slot.has_ref() || field.ref_offset == 0),
        "the offset of a half that the field lacks must be 0",
    )
}

/// `above` holds the classes whose subtrees are open, outermost first.
fn check_preorder(
    image: &Image,
    id: u32,
    class: &Class,
    above: &mut Vec<u32>,
) -> Result<(), Problem> {
    exists("string", class.name, image.strings.len())?;
    let last_of = |id: u32| image.classes[id as usize].last_subclass;
    while above.last().is_some_and(|&a| last_of(a) < id) {
        above.pop();
    }
    let enclosing = above.last().copied();
    rule(
        class.base == enclosing.unwrap_or(NONE),
        "classes must stand in preorder: its base must be the class whose subtree it is in",
    )?;
    exists("class", class.last_subclass, image.classes.len())?;
    rule(
        class.last_subclass >= id && enclosing.is_none_or(|a| class.last_subclass <= last_of(a)),
        "its subtree must lie in its base's",
    )?;
    above.push(id);
    Ok(())
}

/// Which kinds may extend which, and the fields that the runtime relies on.
fn check_kind(image: &Image, class: &Class) -> Result<(), Problem> {
    rule(class.kind <= CLASS_SET, "unknown kind of class")?;
    let fields = &image.fields[class.fields.indices()];
    if class.base != NONE {
        let base = image.classes[class.base as usize].kind;
        let extends = match base {
            CLASS_NOMINAL => matches!(class.kind, CLASS_NOMINAL | CLASS_MAP | CLASS_SET),
            CLASS_ERROR | CLASS_MAP | CLASS_SET => class.kind == base,
            _ => false,
        };
        rule(extends, "a class of this kind can't extend its base")?;
    }
    match class.kind {
        CLASS_ERROR => rule(
            is_error(image, fields),
            "an error must have the string fields `name` and `message`, and `__trace` and `stack` be strings",
        ),
        CLASS_MAP => rule(is_table(fields, true), "a map must have a map's fields"),
        CLASS_SET => rule(is_table(fields, false), "a set must have a set's fields"),
        _ => Ok(()),
    }
}

/// Whether the first field of each name that the runtime fills in is a string.
fn is_error(image: &Image, fields: &[Field]) -> bool {
    ["name", "message", "__trace", "stack"]
        .iter()
        .enumerate()
        .all(|(i, name)| {
            let found = fields
                .iter()
                .find(|f| image.units(f.name).iter().copied().eq(name.encode_utf16()));
            found.map_or(i >= 2, |f| f.slot == Slot::STR)
        })
}

/// Whether fields begin as those of the prelude's `Map` or `Set` do.
fn is_table(fields: &[Field], map: bool) -> bool {
    let slot = |i: usize| fields.get(i).map(|f| f.slot);
    slot(0).is_some_and(is_array)
        && slot(1).is_some_and(is_array)
        && slot(2) == Some(Slot::HASH)
        && (3..7).all(|i| slot(i).is_some_and(|s| matches!(s, Slot::F64 | Slot::I32)))
        && (!map || slot(7).is_some_and(is_array))
}

/// Fields lie in the object behind the header, don't overlap and begin with the base's; spans are the references.
fn check_layout(image: &Image, class: &Class) -> Result<(), Problem> {
    let words = usize::from(class.words);
    rule(
        (1..=limits::OBJECT_WORDS_MAX).contains(&words),
        "an object must have a header and a size that offsets can reach",
    )?;
    let fields = &image.fields[class.fields.indices()];
    if class.base != NONE {
        let base = &image.classes[class.base as usize];
        let inherited = &image.fields[base.fields.indices()];
        rule(
            class.words >= base.words && fields.starts_with(inherited),
            "the layout must begin with the base's",
        )?;
    }
    let mut refs: Vec<u32> = Vec::new();
    let mut units: Vec<u32> = Vec::new();
    for field in fields {
        if field.slot.has_ref() {
            refs.push(u32::from(field.ref_offset));
        }
        if field.slot.has_num() {
            let unit = u32::from(field.num_offset) * 2;
            units.extend([unit, unit + 1]);
        }
    }
    units.extend(&refs);
    units.sort_unstable();
    let end = u32::from(class.words) * 2;
    rule(
        units.first().is_none_or(|u| *u >= 2) && units.last().is_none_or(|u| *u < end),
        "fields must lie in the object, behind its header",
    )?;
    rule(
        units.windows(2).all(|pair| pair[0] < pair[1]),
        "fields must not overlap",
    )?;
    refs.sort_unstable();
    check_spans(&image.ref_spans[class.ref_spans.indices()], &refs)
}

/// Spans, in order, must name exactly these offsets.
fn check_spans(spans: &[RefSpan], refs: &[u32]) -> Result<(), Problem> {
    let mut rest = refs;
    for span in spans {
        let count = usize::from(span.count);
        let (covered, behind) = rest.split_at_checked(count).ok_or(Problem::Rule(
            "the reference spans name what is no reference",
        ))?;
        let start = u32::from(span.start);
        rule(
            count > 0 && covered.iter().copied().eq(start..start + count as u32),
            "the reference spans must name exactly the references",
        )?;
        rest = behind;
    }
    rule(rest.is_empty(), "the reference spans miss a reference")
}

fn check_methods(image: &Image, id: u32, class: &Class) -> Result<(), Problem> {
    for method in &image.methods[class.methods.indices()] {
        exists("string", method.name, image.strings.len())?;
        if method.member != NONE {
            exists("member", method.member, image.members.len())?;
        }
        let function = callable(image, method.function)?;
        let receiver = function.receiver;
        let inherits = receiver <= id
            && image
                .classes
                .get(receiver as usize)
                .is_some_and(|r| id <= r.last_subclass);
        rule(
            inherits,
            "a method's receiver must be the class or one above it",
        )?;
        let params = params(image, function).len();
        let fits = match method.kind {
            METHOD_PLAIN => true,
            METHOD_GETTER => params == 1 && function.ret != Slot::VOID,
            METHOD_SETTER => params == 2,
            _ => false,
        };
        rule(fits, "its function does not have the form of such a method")?;
        if method.desc != NONE {
            let desc = function_desc(image, method.desc)?;
            rule(
                method.kind == METHOD_PLAIN && desc.children.count as usize == params,
                "a method's type must have its parameters and its result",
            )?;
        }
    }
    Ok(())
}

fn check_closure(image: &Image, id: u32, class: &Class) -> Result<(), Problem> {
    if class.kind != CLASS_CLOSURE {
        return rule(class.function == NONE, "only a closure has a function");
    }
    let function = callable(image, class.function)?;
    rule(
        function.receiver == id,
        "a closure's function must take the closure first",
    )
}

/// A function that may be called, not an async body.
pub fn callable(image: &Image, id: u32) -> Result<&Function, Problem> {
    exists("function", id, image.functions.len())?;
    let function = &image.functions[id as usize];
    rule(
        function.flags & FUNCTION_ASYNC == 0,
        "an async body can only be spawned",
    )?;
    Ok(function)
}
