//! Declares the program's classes to the builder, under the lowering's own numbers, with fields and methods.

use super::reflect::Reflector;
use crate::ast::FunctionForm;
use crate::lower::program::{FuncKey, Program};
use raya_bytecode::assemble::{FieldSpec, ImageBuilder, MethodSpec};
use raya_bytecode::image;

/// Declares all classes; their numbers in the builder are the lowering's.
pub fn declare(program: &mut Program<'_>, builder: &mut ImageBuilder, reflector: &mut Reflector) {
    reflector.complete(program, builder);
    for class in &program.classes {
        builder.declare_class(&class.name, class.kind, class.base);
    }
}

/// Gives them fields and methods.
pub fn finish(program: &mut Program<'_>, builder: &mut ImageBuilder, reflector: &mut Reflector) {
    for class in 0..program.classes.len() as u16 {
        let base = program.classes[class as usize].base;
        let inherited = base.map_or(0, |b| program.fields(b).len());
        let all = program.fields(class);
        let mut own = Vec::new();
        for field in &all[inherited..] {
            let member = program.members.get(&field.name).is_some();
            let desc = match &field.ty {
                Some((ty, env)) => reflector.desc(program, builder, *ty, env),
                None => builder.desc(image::DESC_UNKNOWN, 0, &[]),
            };
            own.push(FieldSpec {
                name: builder.string(&field.name),
                member: member.then(|| builder.member(&field.name)),
                slot: field.slot,
                flags: field.flags,
                desc: Some(desc),
            });
        }
        builder.set_fields(class, &own);
        if let Some(function) = program.classes[class as usize].function {
            builder.set_closure(class, function);
        }
        let methods = own_methods(program, builder, reflector, class);
        builder.set_methods(class, methods);
    }
}

/// The methods that a class declares itself, as far as they were lowered.
fn own_methods(
    program: &mut Program<'_>,
    builder: &mut ImageBuilder,
    reflector: &mut Reflector,
    class: u16,
) -> Vec<MethodSpec> {
    let mut methods = Vec::new();
    for (declaring, f, env) in program.methods(class) {
        if declaring != class {
            continue;
        }
        let env = program.function_env(f, &env, &[]);
        let Some(function) = program.functions.get(&FuncKey::Plain(f, env.clone())) else {
            continue;
        };
        let desc = program
            .is_called_from_outside(f)
            .then(|| reflector.method(program, builder, f, &env));
        let ast = program.ast(f);
        let by_name = program.members.get(&ast.name).is_some();
        methods.push(MethodSpec {
            name: builder.string(&ast.name),
            member: by_name.then(|| builder.member(&ast.name)),
            function,
            kind: match ast.form {
                FunctionForm::Getter => image::METHOD_GETTER,
                FunctionForm::Setter => image::METHOD_SETTER,
                _ => image::METHOD_PLAIN,
            },
            desc,
        });
    }
    methods
}
