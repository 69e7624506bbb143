//! Values into a heap and out of it: primitives and strings.
//!
//! Absent: arrays and objects, until `systems/marshal` stands.
use raya_bytecode::slot::*;
use raya_storages::heaps::Heap;
use raya_storages::programs::Program;
use raya_storages::values::Value;
/// Why.
pub enum CopyError {
    NeedsCollection(u32),
    Refused(String),
}
/// Copies.
pub fn copy_in(_p: &Program, heap: &mut Heap, value: &Value) -> Result<(u64, u32), CopyError> {
    Ok(match value {
        Value::Undefined => (0, UNDEFINED),
        Value::Null => (0, NULL),
        Value::Bool(b) => (u64::from(*b), TAG_BOOLEAN),
        Value::Number(n) => (n.to_bits(), TAG_NUMBER),
        Value::String(s) => (
            0,
            heap.new_text(s)
                .ok_or(CopyError::NeedsCollection(s.len() as u32 / 4 + 8))?,
        ),
        _ => return Err(CopyError::Refused("no".into())),
    })
}
/// Copies.
pub fn copy_out(p: &Program, heap: &Heap, value: (u64, u32)) -> Result<Value, String> {
    Ok(match value.1 {
        UNDEFINED => Value::Undefined,
        NULL => Value::Null,
        TAG_NUMBER => Value::Number(f64::from_bits(value.0)),
        TAG_BOOLEAN => Value::Bool(value.0 != 0),
        r if heap.is_string(&p.constants, r) => Value::String(heap.text(&p.constants, r)),
        _ => return Err("no".into()),
    })
}
