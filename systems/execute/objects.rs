//! Objects: allocation, fields, globals, checks of types.

use super::machine::{Machine, Need};
use super::state::{State, handlers, is_object};
use raya_bytecode::elements::Element;
use raya_bytecode::image::CLASS_CLOSURE;
use raya_bytecode::isa::Trap;
use raya_bytecode::slot::{
    CLASS_BASE, CONSTANT_BIT, HEAP_START, NULL, Slot, TAG_BOOLEAN, TAG_NUMBER, UNDEFINED,
};
use raya_storages::layout::{Kind, header_class, header_element, object_header};

/// Gives an f64 field of the object in `a` a new value, every NaN as the one NaN.
macro_rules! update {
    ($s:ident, $next:ident, |$x:ident| $value:expr) => {{
        let object = $s.r($s.a());
        if !is_object(object) {
            return $s.trap(Trap::Nullish);
        }
        let field = $s.heap.add(object as usize + $s.b() as usize).cast::<f64>();
        let $x = *field;
        *field = one_nan($value);
        $s.$next()
    }};
}

handlers! {
    new_object(s) {
        let class = s.b();
        let words = u32::from(s.m.program.classes.get_unchecked(class as usize).words);
        let at = s.m.heap.top;
        let end = u64::from(at) + u64::from(words);
        if at == 0 || end > s.m.heap.words.len() as u64 || end > u64::from(s.m.heap.collect_at_words) {
            s.m.need = Need { words, window_refs: 0 };
            return s.go(new_slowly);
        }
        s.m.heap.top = end as u32;
        *s.heap.add(at as usize) = object_header(class);
        s.set_r(s.a(), at);
        s.next()
    }

    /// `New` where the region must grow, or a collection must come first.
    #[cold]
    #[inline(never)]
    new_slowly(s) {
        s.m.fuel = s.fuel;
        match s.m.reserve(u64::from(s.m.need.words)) {
            Ok(()) => {
                let class = s.b();
                let object = s.m.take(s.m.need.words as usize, object_header(class));
                s.heap = s.m.heap.words.as_mut_ptr();
                s.set_r(s.a(), object);
                s.next()
            }
            Err(halt) => {
                s.m.halt = Some(halt);
                s.m.need = Need::default();
                s.go(super::errors::raise_halt)
            }
        }
    }

    get_n(s) {
        let object = s.r(s.b());
        if !is_object(object) {
            return s.trap(Trap::Nullish);
        }
        let v = s.word(object, s.c() as usize);
        s.set_n(s.a(), v);
        s.next()
    }
    set_n(s) {
        let object = s.r(s.a());
        if !is_object(object) {
            return s.trap(Trap::Nullish);
        }
        let v = s.n(s.c());
        *s.heap.add(object as usize + s.b() as usize) = v;
        s.next()
    }
    add_to_n(s) { let v = s.f(s.c()); update!(s, next, |x| x + v) }
    sub_from_n(s) { let v = s.f(s.c()); update!(s, next, |x| x - v) }
    add_mul_to_n(s) { let v = s.f(s.c()) * s.f(s.ext().a); update!(s, next2, |x| x + v) }
    sub_mul_from_n(s) { let v = s.f(s.c()) * s.f(s.ext().a); update!(s, next2, |x| x - v) }
    add_mul_mul_to_n(s) {
        let v = s.f(s.c()) * s.f(s.ext().a) * s.f(s.ext().b);
        update!(s, next2, |x| x + v)
    }
    sub_mul_mul_from_n(s) {
        let v = s.f(s.c()) * s.f(s.ext().a) * s.f(s.ext().b);
        update!(s, next2, |x| x - v)
    }
    diff_n(s) {
        let (left, right) = (s.r(s.b()), s.r(s.ext().a));
        if !is_object(left) || !is_object(right) {
            return s.trap(Trap::Nullish);
        }
        let right = f64::from_bits(s.word(right, s.ext().b as usize));
        let v = f64::from_bits(s.word(left, s.c() as usize)) - right;
        s.give2(v)
    }
    get_r(s) {
        let object = s.r(s.b());
        if !is_object(object) {
            return s.trap(Trap::Nullish);
        }
        let v = *s.heap.add(object as usize).cast::<u32>().add(s.c() as usize);
        s.set_r(s.a(), v);
        s.next()
    }
    set_r(s) {
        let object = s.r(s.a());
        if !is_object(object) {
            return s.trap(Trap::Nullish);
        }
        let v = s.r(s.c());
        *s.heap.add(object as usize).cast::<u32>().add(s.b() as usize) = v;
        s.next()
    }
    global_n(s) {
        let v = s.word(s.m.heap.globals, s.b() as usize);
        s.set_n(s.a(), v);
        s.next()
    }
    set_global_n(s) {
        let v = s.n(s.b());
        *s.heap.add(s.m.heap.globals as usize + s.a() as usize) = v;
        s.next()
    }
    global_r(s) {
        let v = *s.heap.add(s.m.heap.globals as usize).cast::<u32>().add(s.b() as usize);
        s.set_r(s.a(), v);
        s.next()
    }
    set_global_r(s) {
        let v = s.r(s.b());
        *s.heap.add(s.m.heap.globals as usize).cast::<u32>().add(s.a() as usize) = v;
        s.next()
    }

    cast(s) {
        let r = s.r(s.b());
        if !is_instance_of(&s, r, Slot(s.c())) {
            return s.go(cast_slowly);
        }
        s.set_r(s.a(), r);
        s.next()
    }

    /// `Cast` of what isn't an object of exactly the class.
    #[inline(never)]
    cast_slowly(s) {
        let r = s.r(s.b());
        if r > NULL && !is_type(&s, r, Slot(s.c())) {
            return s.trap(Trap::WrongType);
        }
        s.set_r(s.a(), r);
        s.next()
    }
    is_type_of(s) {
        let r = s.r(s.b());
        let v = r > NULL && is_type(&s, r, Slot(s.c()));
        s.set_z(s.a(), v);
        s.next()
    }
    non_null(s) {
        let r = s.r(s.b());
        if r <= NULL {
            return s.trap(Trap::Nullish);
        }
        s.set_r(s.a(), r);
        s.next()
    }
    type_of(s) {
        let r = s.r(s.c());
        let v = s.m.type_of(r);
        s.set_r(s.a(), v);
        s.next()
    }
    has_member(s) {
        let r = s.r(s.b());
        if !is_object(r) {
            return s.trap(Trap::Nullish);
        }
        let member = s.c();
        let v = s.m.class(r).is_some_and(|class| s.m.program.member(class, member).is_some());
        s.set_z(s.a(), v);
        s.next()
    }

    eq_r(s) { let v = s.r(s.b()) == s.r(s.c()); s.set_z(s.a(), v); s.next() }
    eq_m(s) {
        let ext = s.ext();
        let (x, y) = ((s.n(s.b()), s.r(s.c())), (s.n(ext.a), s.r(ext.b)));
        s.m.fuel = s.fuel;
        let v = s.m.same_mixed(x, y);
        s.fuel = s.m.fuel;
        s.set_z(s.a(), v);
        s.next2()
    }
    truthy_r(s) {
        let r = s.r(s.b());
        let v = s.m.truthy(0, r);
        s.set_z(s.a(), v);
        s.next()
    }
    truthy_m(s) {
        let (n, r) = (s.n(s.b()), s.r(s.c()));
        let v = s.m.truthy(n, r);
        s.set_z(s.a(), v);
        s.next()
    }

    trap(s) {
        s.charge();
        let trap = super::errors::trap_numbered(s.a());
        s.trap(trap)
    }
    unreachable(s) { s.trap(Trap::Unreachable) }
}

/// Whether a reference is an instance of the very class that the slot names: what most casts find.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
pub(super) unsafe fn is_instance_of(s: &State<'_, '_>, r: u32, slot: Slot) -> bool {
    // No constant is an instance. The upper half of a header is its identity.
    let class = slot.0.wrapping_sub(CLASS_BASE);
    (HEAP_START..CONSTANT_BIT).contains(&r) && s.word(r, 0) as u32 == object_header(class) as u32
}

/// A number, every NaN as the one NaN.
#[inline(always)]
fn one_nan(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value }
}

/// Whether a reference above null is of a type: the common case of a class inline.
///
/// # Safety
/// As `State`.
#[inline(always)]
#[allow(unsafe_op_in_unsafe_fn, reason = "argued on State")]
unsafe fn is_type(s: &State<'_, '_>, r: u32, slot: Slot) -> bool {
    if let Some(class) = slot.as_class()
        && (HEAP_START..CONSTANT_BIT).contains(&r)
    {
        let header = s.word(r, 0);
        return header as u8 == Kind::Object as u8
            && s.m.program.is_subclass(header_class(header), class);
    }
    s.m.is_type(r, slot)
}

impl Machine<'_> {
    /// Whether a reference above null is of a type.
    pub fn is_type(&self, r: u32, slot: Slot) -> bool {
        if slot == Slot::ANY || slot == Slot::MIXED {
            return true;
        }
        let Some(kind) = self.kind(r) else {
            return false;
        };
        match slot {
            Slot::STR => matches!(kind, Kind::Latin1 | Kind::Utf16 | Kind::Rope),
            Slot::ARR_F64 => kind == Kind::ArrayF64,
            Slot::ARR_I32 => kind == Kind::ArrayI32,
            Slot::ARR_BOOL => kind == Kind::ArrayBool,
            Slot::ARR_REF => kind == Kind::ArrayRef,
            Slot::ARR_MIXED => kind == Kind::ArrayMixed,
            Slot::ARR => kind.is_array(),
            Slot::FUNC => self.class(r).is_some_and(|c| self.is_closure_class(c)),
            Slot::PROMISE => kind == Kind::Promise,
            Slot::HASH => kind == Kind::Hash,
            Slot::HANDLE => kind == Kind::Handle,
            Slot::OBJECT => kind == Kind::Object,
            Slot::TYPED => kind == Kind::Typed,
            _ if kind == Kind::Typed => {
                let element = Element::of_slot(slot);
                element.is_some() && element == header_element(self.words(r)[0])
            }
            _ => match (slot.as_class(), self.class(r)) {
                (Some(of), Some(class)) => self.program.is_subclass(class, of),
                _ => false,
            },
        }
    }

    /// Whether instances of a class are closures.
    pub fn is_closure_class(&self, class: u16) -> bool {
        self.program.classes[usize::from(class)].kind == CLASS_CLOSURE
    }

    /// The string `typeof` gives.
    pub fn type_of(&self, r: u32) -> u32 {
        let known = &self.program.well_known;
        match r {
            UNDEFINED => known.undefined,
            NULL => known.object,
            TAG_NUMBER => known.number,
            TAG_BOOLEAN => known.boolean,
            _ if self.is_type(r, Slot::STR) => known.string,
            _ if self.is_type(r, Slot::FUNC) => known.function,
            _ => known.object,
        }
    }

    /// Whether a mixed value is truthy.
    pub fn truthy(&self, n: u64, r: u32) -> bool {
        match r {
            UNDEFINED | NULL => false,
            TAG_NUMBER => super::floats::truthy(f64::from_bits(n)),
            TAG_BOOLEAN => n != 0,
            _ => !self.is_type(r, Slot::STR) || self.text_len(r) != 0,
        }
    }

    /// `===` on mixed values.
    pub fn same_mixed(&mut self, x: (u64, u32), y: (u64, u32)) -> bool {
        if x.1 == y.1 {
            return match x.1 {
                TAG_NUMBER => f64::from_bits(x.0) == f64::from_bits(y.0),
                TAG_BOOLEAN => x.0 == y.0,
                _ => true,
            };
        }
        self.is_type(x.1, Slot::STR) && self.is_type(y.1, Slot::STR) && self.same_text(x.1, y.1)
    }
}
