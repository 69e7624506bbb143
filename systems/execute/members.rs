//! Members found at run time: fields, getters, setters and methods of objects known only by their shape.

use super::calls::{Return, closure_function, enter, enter_by_loop, enter_checked, grow_stack};
use super::errors::Halt;
use super::machine::{Machine, Need};
use super::state::{Exit, State, handlers, is_object};
use raya_bytecode::image::NONE;
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{NULL, Slot, TAG_NUMBER, UNDEFINED};
use raya_storages::frames::NO_ADAPT;
use raya_storages::layout::Kind;
use raya_storages::programs::{LinkedFunction, MemberEntry};

/// What a member of a certain object is.
enum Found {
    /// Reading it gives this value of that slot.
    Value((u64, u32), Slot),
    /// A function reads it.
    Getter(u32),
    /// It can't be read as a value.
    Method,
}

/// What reading a member comes to. Fits a register: a result in memory would be a local lent out by the handler, which
/// would keep its frame on the native stack.
#[derive(Clone, Copy)]
enum Read {
    /// The value is in `Machine::returned`.
    Value,
    /// A function reads it.
    Getter(u32),
    /// It can't be read so.
    Trap(Trap),
}

const _: () = assert!(size_of::<Read>() <= 8);

handlers! {
    get_member(s) {
        let object = s.r(s.c());
        let ext = s.ext();
        if !is_object(object) {
            return fail(s, object, "read properties", "reading");
        }
        match s.m.read_member(object, ext.a, Slot(ext.b)) {
            Read::Value => {
                let wanted = Slot(ext.b);
                if wanted.has_num() {
                    s.set_n(s.a(), s.m.returned.0);
                }
                if wanted.has_ref() {
                    s.set_r(s.b(), s.m.returned.1);
                }
                s.charge();
                s.ip = s.ip.add(2);
                s.block()
            }
            Read::Trap(trap) => s.trap(trap),
            Read::Getter(getter) => {
                let callee: *const LinkedFunction = s.m.functions.add(getter as usize);
                if !s.m.has_room(callee, s.window_nums(), s.window_refs()) {
                    s.m.callee = getter;
                    return s.go(grow_stack);
                }
                let adapt = if (*callee).ret == Slot(ext.b) { NO_ADAPT } else { ext.b };
                *s.window_refs() = object;
                let ret = Return { num: s.a(), reference: s.b(), adapt };
                enter(s, getter, 2, ret)
            }
        }
    }

    set_member(s) {
        let object = s.r(s.c());
        let ext = s.ext();
        if !is_object(object) {
            return fail(s, object, "set properties", "setting");
        }
        let value = (s.n(s.a()), s.r(s.b()));
        match s.m.set_member(object, ext.a, value, Slot(ext.b)) {
            Ok(None) => {
                s.charge();
                s.ip = s.ip.add(2);
                s.block_by_loop()
            }
            Ok(Some(setter)) => {
                let callee: *const LinkedFunction = s.m.functions.add(setter as usize);
                if !s.m.has_room(callee, s.window_nums(), s.window_refs()) {
                    s.m.callee = setter;
                    return s.go(grow_stack);
                }
                let params = s.m.program.image.functions[setter as usize].params.indices();
                let Some(slot) = s.m.program.image.slots[params].get(1).copied() else {
                    return s.trap(Trap::WrongType);
                };
                match s.m.adapt(value, Slot(ext.b), slot) {
                    Ok((num, reference)) => {
                        *s.window_refs() = object;
                        if slot.has_num() {
                            *s.window_nums() = num;
                        }
                        if slot.has_ref() {
                            *s.window_refs().add(1) = reference;
                        }
                        enter_by_loop(s, setter, 2, Return { num: 0, reference: 0, adapt: Slot::VOID.0 })
                    }
                    Err(trap) => s.trap(trap),
                }
            }
            Err(trap) => s.trap(trap),
        }
    }

    call_member(s) {
        let object = *s.window_refs();
        if !is_object(object) {
            return fail(s, object, "read properties", "reading");
        }
        let (member, sig) = (s.c(), u32::from(s.ext().a));
        let entry = match s.m.class(object) {
            Some(class) => s.m.program.member(class, member),
            None => None,
        };
        match entry {
            Some(MemberEntry::Method(function)) => enter_checked(s, function, sig, 2),
            Some(MemberEntry::Field { ref_offset, slot, .. }) if slot.has_ref() => {
                let closure = s.m.field_ref(object, ref_offset);
                match closure_function(&s, closure) {
                    Some(function) => {
                        let callee: *const LinkedFunction = s.m.functions.add(function as usize);
                        if !s.m.has_room(callee, s.window_nums(), s.window_refs()) {
                            s.m.callee = function;
                            return s.go(grow_stack);
                        }
                        *s.window_refs() = closure;
                        enter_checked(s, function, sig, 2)
                    }
                    None => s.go(not_a_function),
                }
            }
            _ => s.go(not_a_function),
        }
    }

    /// `CallMember` found nothing to call.
    #[cold]
    #[inline(never)]
    not_a_function(s) {
        let name = s.m.member_name(s.c());
        s.m.halt = Some(Halt::type_error(format!("{name} is not a function")));
        s.m.need = Need { words: 0, window_refs: s.m.window_refs_of(s.ext().a) };
        s.go(super::errors::raise_halt)
    }
}

/// Fails because the object is undefined or null. `CallMember` has the member in `c`, the others in their `Ext`.
///
/// # Safety
/// As `State`.
#[cold]
#[inline(never)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn fail(s: State<'_, '_>, object: u32, what: &str, how: &str) -> Exit {
    let is_call = (*s.ip).op == raya_bytecode::isa::Op::CallMember as u8;
    let member = if is_call { s.c() } else { s.ext().a };
    let name = s.m.member_name(member);
    let text = if object == NULL { "null" } else { "undefined" };
    s.m.halt = Some(Halt::type_error(format!(
        "Cannot {what} of {text} ({how} '{name}')"
    )));
    let window_refs = if is_call {
        s.m.window_refs_of(s.ext().a)
    } else {
        0
    };
    s.m.need = Need {
        words: 0,
        window_refs,
    };
    s.go(super::errors::raise_halt)
}

impl Machine<'_> {
    fn member_name(&self, member: u16) -> String {
        self.program
            .image
            .text(self.program.image.members[usize::from(member)])
    }

    /// How many reference temps a call by this signature passes.
    fn window_refs_of(&self, sig: u16) -> u32 {
        let params = self.program.image.sigs[usize::from(sig)].params.indices();
        self.program.image.sig_params[params]
            .iter()
            .filter(|p| p.has_ref())
            .count() as u32
    }

    /// Reads a member as a value of the slot `wanted`.
    #[inline(never)]
    fn read_member(&mut self, object: u32, member: u16, wanted: Slot) -> Read {
        match self.find_member(object, member) {
            Found::Value(value, slot) => match self.adapt(value, slot, wanted) {
                Ok(value) => {
                    self.returned = value;
                    Read::Value
                }
                Err(trap) => Read::Trap(trap),
            },
            Found::Getter(getter) => Read::Getter(getter),
            Found::Method => Read::Trap(Trap::WrongType),
        }
    }

    fn find_member(&self, object: u32, member: u16) -> Found {
        let Some(class) = self.class(object) else {
            return self.find_builtin_member(object, member);
        };
        match self.program.member(class, member) {
            Some(MemberEntry::Field {
                slot,
                num_offset,
                ref_offset,
                ..
            }) => {
                let num = if slot.has_num() {
                    self.field_num(object, num_offset)
                } else {
                    0
                };
                let reference = if slot.has_ref() {
                    self.field_ref(object, ref_offset)
                } else {
                    0
                };
                Found::Value((num, reference), slot)
            }
            Some(MemberEntry::Accessor { getter, .. }) if getter != NONE => Found::Getter(getter),
            Some(MemberEntry::Method(_)) => Found::Method,
            _ => Found::Value((0, UNDEFINED), Slot::ANY),
        }
    }

    /// `length` of arrays, typed arrays and strings; all else is undefined.
    fn find_builtin_member(&self, object: u32, member: u16) -> Found {
        let length = match self.kind(object) {
            Some(Kind::Latin1 | Kind::Utf16 | Kind::Rope) => Some(self.text_len(object)),
            Some(kind) if kind.is_array() || kind == Kind::Typed => Some(self.array_len(object)),
            _ => None,
        };
        match length {
            Some(length) if self.member_name(member) == "length" => {
                Found::Value((f64::from(length).to_bits(), TAG_NUMBER), Slot::MIXED)
            }
            _ => Found::Value((0, UNDEFINED), Slot::ANY),
        }
    }

    /// Writes a field; gives the setter where there is one.
    fn set_member(
        &mut self,
        object: u32,
        member: u16,
        value: (u64, u32),
        from: Slot,
    ) -> Result<Option<u32>, Trap> {
        let class = self.class(object).ok_or(Trap::WrongType)?;
        match self.program.member(class, member) {
            Some(MemberEntry::Field {
                slot,
                num_offset,
                ref_offset,
                ..
            }) => {
                let (num, reference) = self.adapt(value, from, slot)?;
                if slot.has_num() {
                    self.set_field_num(object, num_offset, num);
                }
                if slot.has_ref() {
                    self.set_field_ref(object, ref_offset, reference);
                }
                Ok(None)
            }
            Some(MemberEntry::Accessor { setter, .. }) if setter != NONE => Ok(Some(setter)),
            _ => Err(Trap::WrongType),
        }
    }
}
