//! Enums: their ids and the values of their members.

use super::Checker;
use super::codes::*;
use crate::ast::*;
use crate::types::{EnumId, EnumInfo, EnumValue};

impl Checker<'_> {
    /// The id of a declaration, made when it is first seen.
    pub(super) fn enum_id(&mut self, decl: &EnumDecl) -> EnumId {
        let key: *const EnumDecl = decl;
        if let Some(&id) = self.enums.get(&key) {
            return id;
        }
        let id = EnumId(self.types.enums.len() as u32);
        let members = decl
            .members
            .iter()
            .map(|(name, _, _)| (name.clone(), EnumValue::Number(0.0)))
            .collect();
        self.types.enums.push(EnumInfo {
            name: decl.name.clone(),
            members,
        });
        self.enums.insert(key, id);
        id
    }

    /// Computes the members' values.
    pub(super) fn finish_enum(&mut self, decl: &EnumDecl) {
        let id = self.enum_id(decl);
        let mut next = Some(0.0);
        for (at, (name, init, span)) in decl.members.iter().enumerate() {
            let value = match init {
                Some(init) => self.constant(init, id, at),
                None => next.map(EnumValue::Number),
            };
            next = match value {
                Some(EnumValue::Number(number)) => Some(number + 1.0),
                _ => None,
            };
            match value {
                Some(value) => self.types.enums[id.index()].members[at].1 = value,
                None => {
                    let message = format!("the enum member `{name}` needs a constant value");
                    let help =
                        "write a number, a string, or an expression of such and earlier members";
                    self.error_help(UNSUPPORTED, *span, message, help);
                }
            }
        }
    }

    /// The value of a constant expression; members before `limit` may be named.
    fn constant(&self, expr: &Expr, id: EnumId, limit: usize) -> Option<EnumValue> {
        match &expr.kind {
            ExprKind::Number(value) => Some(EnumValue::Number(*value)),
            ExprKind::String(text) => {
                Some(EnumValue::String(String::from_utf16(text).ok()?.into()))
            }
            ExprKind::Ident(name) | ExprKind::Member { name, .. } => {
                let members = &self.types.enums[id.index()].members[..limit];
                members
                    .iter()
                    .find(|(member, _)| member == name)
                    .map(|(_, value)| value.clone())
            }
            ExprKind::Unary { op, operand } => {
                let EnumValue::Number(value) = self.constant(operand, id, limit)? else {
                    return None;
                };
                match op {
                    UnaryOp::Neg => Some(EnumValue::Number(-value)),
                    UnaryOp::Plus => Some(EnumValue::Number(value)),
                    UnaryOp::BitNot => Some(EnumValue::Number(f64::from(!to_int32(value)))),
                    UnaryOp::Not | UnaryOp::Void => None,
                }
            }
            ExprKind::Binary { op, left, right } => {
                let left = self.constant(left, id, limit)?;
                let right = self.constant(right, id, limit)?;
                fold(*op, left, right)
            }
            _ => None,
        }
    }
}

fn fold(op: BinaryOp, left: EnumValue, right: EnumValue) -> Option<EnumValue> {
    let (a, b) = match (left, right) {
        (EnumValue::Number(a), EnumValue::Number(b)) => (a, b),
        (EnumValue::String(a), EnumValue::String(b)) if op == BinaryOp::Add => {
            return Some(EnumValue::String(format!("{a}{b}").into()));
        }
        _ => return None,
    };
    let shift = to_int32(b) as u32 & 31;
    Some(EnumValue::Number(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        BinaryOp::BitAnd => f64::from(to_int32(a) & to_int32(b)),
        BinaryOp::BitOr => f64::from(to_int32(a) | to_int32(b)),
        BinaryOp::BitXor => f64::from(to_int32(a) ^ to_int32(b)),
        BinaryOp::Shl => f64::from(to_int32(a).wrapping_shl(shift)),
        BinaryOp::Shr => f64::from(to_int32(a) >> shift),
        BinaryOp::Ushr => f64::from(to_int32(a) as u32 >> shift),
        _ => return None,
    }))
}

/// JavaScript's conversion to 32 bits.
fn to_int32(value: f64) -> i32 {
    if !value.is_finite() {
        return 0;
    }
    let wrapped = value.trunc() % 4_294_967_296.0;
    wrapped as i64 as i32
}
