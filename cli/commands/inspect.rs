//! `raya inspect FILE`: what a program offers and asks for: exports, imports, classes, sizes.

use crate::failure::Failure;
use crate::program::read_image;
use raya_bytecode::describe::describe;
use raya_bytecode::image::{
    CLASS_NOMINAL, Class, EXPORT_CLASS, EXPORT_FUNCTION, FIELD_HIDDEN, Field, Image, METHOD_GETTER,
    METHOD_SETTER, NONE,
};
use std::fmt::Write;
use std::path::PathBuf;

/// What `raya inspect` takes.
#[derive(clap::Args)]
pub struct Arguments {
    /// A `.rbin`, or an entry file to compile.
    file: PathBuf,
}

/// Prints the reflection.
pub fn inspect(arguments: &Arguments) -> Result<(), Failure> {
    let image = read_image(&arguments.file)?;
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = exports(&image, &mut text)
        .and_then(|()| imports(&image, &mut text))
        .and_then(|()| classes(&image, &mut text))
        .and_then(|()| sizes(&image, &mut text));
    crate::output::print(&text)
}

fn exports(image: &Image, out: &mut String) -> std::fmt::Result {
    writeln!(out, "exports ({})", image.exports.len())?;
    for export in &image.exports {
        let kind = match export.kind {
            EXPORT_FUNCTION => "function",
            EXPORT_CLASS => "class",
            _ => "const",
        };
        writeln!(
            out,
            "  {kind} {}: {}",
            image.text(export.name),
            describe(image, export.desc)
        )?;
    }
    Ok(())
}

fn imports(image: &Image, out: &mut String) -> std::fmt::Result {
    writeln!(out, "imports ({})", image.imports.len())?;
    for import in &image.imports {
        let (module, name) = (image.text(import.module), image.text(import.name));
        writeln!(out, "  {module}.{name}: {}", describe(image, import.desc))?;
    }
    Ok(())
}

/// The classes that the source declares; shapes, closures and cells are the compiler's.
fn classes(image: &Image, out: &mut String) -> std::fmt::Result {
    let declared: Vec<&Class> = image
        .classes
        .iter()
        .filter(|class| class.kind == CLASS_NOMINAL)
        .collect();
    writeln!(out, "classes ({})", declared.len())?;
    for class in declared {
        let base = match image.classes.get(class.base as usize) {
            Some(base) if class.base != NONE => format!(" extends {}", image.text(base.name)),
            _ => String::new(),
        };
        writeln!(out, "  class {}{base}", image.text(class.name))?;
        for field in image.fields.get(class.fields.indices()).unwrap_or_default() {
            describe_field(image, field, out)?;
        }
        for method in image
            .methods
            .get(class.methods.indices())
            .unwrap_or_default()
        {
            let kind = match method.kind {
                METHOD_GETTER => "get ",
                METHOD_SETTER => "set ",
                _ => "",
            };
            writeln!(out, "    {kind}{}()", image.text(method.name))?;
        }
    }
    Ok(())
}

fn describe_field(image: &Image, field: &Field, out: &mut String) -> std::fmt::Result {
    if field.flags & FIELD_HIDDEN != 0 {
        return Ok(());
    }
    writeln!(
        out,
        "    {}: {}",
        image.text(field.name),
        describe(image, field.desc)
    )
}

fn sizes(image: &Image, out: &mut String) -> std::fmt::Result {
    let bytes = raya_bytecode::codec::encode(image).len();
    let rows = [
        ("functions", image.functions.len()),
        ("instructions", image.code.len()),
        ("classes", image.classes.len()),
        ("strings", image.strings.len()),
        ("numbers", image.numbers.len()),
        ("types", image.descs.len()),
        ("lines", image.lines.len()),
    ];
    writeln!(out, "sizes ({bytes} bytes)")?;
    for (name, count) in rows {
        writeln!(out, "  {name}: {count}")?;
    }
    Ok(())
}
