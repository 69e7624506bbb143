//! Types as they are printed in messages, in TypeScript's notation.

use super::Checker;
use crate::types::{FnType, Prop, Type, TypeId};
use std::fmt::Write;

/// How deep nested types are printed before `…` stands for them.
const DEPTH_MAX: u32 = 5;

impl Checker<'_> {
    /// The type's name.
    pub(super) fn show(&self, ty: TypeId) -> String {
        let mut out = String::new();
        self.write_type(&mut out, ty, 0);
        out
    }

    fn write_type(&self, out: &mut String, ty: TypeId, depth: u32) {
        if depth > DEPTH_MAX {
            out.push('…');
            return;
        }
        match self.get(ty) {
            Type::Error => out.push_str("unknown"),
            Type::Never => out.push_str("never"),
            Type::Unknown => out.push_str("unknown"),
            Type::Void => out.push_str("void"),
            Type::Undefined => out.push_str("undefined"),
            Type::Null => out.push_str("null"),
            Type::Boolean => out.push_str("boolean"),
            Type::BoolLit(value) => drop(write!(out, "{value}")),
            Type::Number => out.push_str("number"),
            Type::Int => out.push_str("int"),
            Type::NumberLit(bits) => drop(write!(out, "{}", f64::from_bits(*bits))),
            Type::String => out.push_str("string"),
            Type::StringLit(text) => drop(write!(out, "{text:?}")),
            Type::Enum(id) => out.push_str(&self.types.enums[id.index()].name),
            Type::EnumMember(id, index) => {
                let info = &self.types.enums[id.index()];
                let _ = write!(out, "{}.{}", info.name, info.members[*index as usize].0);
            }
            Type::Array(elem) => self.write_array(out, *elem, depth),
            Type::ReadonlyArray(elem) => {
                out.push_str("readonly ");
                self.write_array(out, *elem, depth);
            }
            Type::Tuple { elems, required } => {
                out.push('[');
                for (at, &elem) in elems.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    self.write_type(out, elem, depth + 1);
                    out.push_str(if at >= *required as usize { "?" } else { "" });
                }
                out.push(']');
            }
            Type::Class(class, _) if *class == self.known.typed_array => {
                out.push_str("TypedArray");
            }
            Type::Class(class, args) => {
                out.push_str(&self.class_name(*class));
                self.write_args(out, args, depth);
            }
            Type::ClassValue(class) => drop(write!(out, "typeof {}", self.class_name(*class))),
            Type::Interface(id, args) => {
                let info = &self.types.interfaces[id.index()];
                if info.name.is_empty() {
                    self.write_props(out, &info.props, depth);
                } else {
                    out.push_str(&info.name);
                    self.write_args(out, args, depth);
                }
            }
            Type::Object(props) => self.write_props(out, props, depth),
            Type::Function(f) => self.write_fn(out, f, " => ", depth),
            Type::Union(members) => {
                for (at, &member) in members.iter().enumerate() {
                    out.push_str(if at > 0 { " | " } else { "" });
                    let parens = matches!(self.get(member), Type::Function(_));
                    out.push_str(if parens { "(" } else { "" });
                    self.write_type(out, member, depth + 1);
                    out.push_str(if parens { ")" } else { "" });
                }
            }
            Type::Param(param) => out.push_str(&self.types.params[param.index()].name),
            Type::AnyObject => out.push_str("object"),
        }
    }

    fn write_array(&self, out: &mut String, elem: TypeId, depth: u32) {
        let parens = matches!(
            self.get(elem),
            Type::Union(_) | Type::Function(_) | Type::ReadonlyArray(_)
        );
        out.push_str(if parens { "(" } else { "" });
        self.write_type(out, elem, depth + 1);
        out.push_str(if parens { ")[]" } else { "[]" });
    }

    fn write_args(&self, out: &mut String, args: &[TypeId], depth: u32) {
        if args.is_empty() {
            return;
        }
        out.push('<');
        for (at, &arg) in args.iter().enumerate() {
            out.push_str(if at > 0 { ", " } else { "" });
            self.write_type(out, arg, depth + 1);
        }
        out.push('>');
    }

    fn write_props(&self, out: &mut String, props: &[Prop], depth: u32) {
        if props.is_empty() {
            out.push_str("{}");
            return;
        }
        out.push_str("{ ");
        for prop in props.iter().take(8) {
            let readonly = if prop.readonly { "readonly " } else { "" };
            let optional = if prop.optional { "?" } else { "" };
            let _ = write!(out, "{readonly}{}{optional}", prop.name);
            match self.get(prop.ty) {
                Type::Function(f) if prop.method => self.write_fn(out, f, ": ", depth),
                _ => {
                    out.push_str(": ");
                    self.write_type(out, prop.ty, depth + 1);
                }
            }
            out.push_str("; ");
        }
        out.push_str(if props.len() > 8 { "… }" } else { "}" });
    }

    fn write_fn(&self, out: &mut String, f: &FnType, arrow: &str, depth: u32) {
        if !f.type_params.is_empty() {
            let names: Vec<&str> = f
                .type_params
                .iter()
                .map(|p| &*self.types.params[p.index()].name)
                .collect();
            let _ = write!(out, "<{}>", names.join(", "));
        }
        out.push('(');
        for (at, param) in f.params.iter().enumerate() {
            out.push_str(if at > 0 { ", " } else { "" });
            out.push_str(if param.rest { "..." } else { "" });
            out.push_str(&param.name);
            out.push_str(if param.optional && !param.rest {
                "?: "
            } else {
                ": "
            });
            self.write_type(out, param.ty, depth + 1);
        }
        out.push(')');
        out.push_str(arrow);
        match f.predicate {
            Some((index, ty)) => {
                let name = f.params.get(index as usize).map_or("this", |p| &*p.name);
                let _ = write!(out, "{name} is ");
                self.write_type(out, ty, depth + 1);
            }
            None => self.write_type(out, f.ret, depth + 1),
        }
    }
}
