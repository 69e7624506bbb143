//! Small changes to program images that have a chance to verify: the fuzz targets and the property tests use them.
//!
//! Costs are made right again after each change, since a wrong one would hide everything else.

use raya_bytecode::image::Image;
use raya_bytecode::isa::{Inst, OPS, Op};

/// Numbers that look random (splitmix64), the same from the same seed.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// One of these, if there are any.
    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())])
    }
}

/// Changes an image in a few places.
pub fn mutate(image: &mut Image, random: &mut Random) {
    for _ in 0..=random.below(3) {
        if random.below(4) == 0 {
            change_row(image, random);
        } else {
            change_code(image, random);
        }
    }
    fix_costs(&mut image.code);
}

/// The operand fields of an instruction.
fn field(inst: &mut Inst, index: usize) -> &mut u16 {
    match index {
        0 => &mut inst.a,
        1 => &mut inst.b,
        _ => &mut inst.c,
    }
}

fn change_code(image: &mut Image, random: &mut Random) {
    if image.code.is_empty() {
        return;
    }
    let at = random.below(image.code.len());
    // Another instruction nearby, most likely of the same function.
    let near = at.saturating_sub(random.below(20)) + random.below(20);
    let near = near.min(image.code.len() - 1);
    let index = random.below(3);
    let other = *field(&mut image.code[near].clone(), index);
    match random.below(6) {
        0 => *field(&mut image.code[at], index) = random.below(16) as u16,
        1 => *field(&mut image.code[at], index) = other,
        2 => image.code[at].op = random.below(OPS.len()) as u8,
        3 => image.code[at] = image.code[near],
        4 => image.code.swap(at, near),
        _ => {
            let inst = &mut image.code[at];
            let value = field(inst, index);
            *value = value.wrapping_add(random.below(3) as u16).wrapping_sub(1);
        }
    }
}

fn change_row(image: &mut Image, random: &mut Random) {
    match random.below(8) {
        0 => {
            let slot = random.pick(&image.slots);
            let at = random.below(image.slots.len().max(1));
            if let (Some(slot), Some(place)) = (slot, image.slots.get_mut(at)) {
                *place = slot;
            }
        }
        1 => change(&mut image.functions, random, |f, v| f.num_temps = v),
        2 => change(&mut image.functions, random, |f, v| f.ref_temps = v),
        3 => change(&mut image.classes, random, |c, v| c.words = v),
        4 => change(&mut image.fields, random, |f, v| f.num_offset = v),
        5 => change(&mut image.fields, random, |f, v| f.ref_offset = v),
        6 => change(&mut image.handlers, random, |h, v| h.end = u32::from(v)),
        _ => change(&mut image.numbers, random, |n, v| {
            *n = [
                0.0,
                -0.0,
                f64::NAN,
                f64::INFINITY,
                -1.5,
                1e300,
                4_294_967_296.0,
            ][usize::from(v) % 7];
        }),
    }
}

/// Sets a column of a random row to a small number.
fn change<T>(rows: &mut [T], random: &mut Random, set: impl Fn(&mut T, u16)) {
    if !rows.is_empty() {
        let at = random.below(rows.len());
        set(&mut rows[at], random.below(40) as u16);
    }
}

/// Makes the cost of every block right.
fn fix_costs(code: &mut [Inst]) {
    let mut cost = 0u32;
    for inst in code {
        let Some(op) = Op::from_u8(inst.op) else {
            continue;
        };
        cost += u32::from(op.info().cost);
        inst.cost = 0;
        if op.is_terminator() {
            inst.cost = cost.min(255) as u8;
            cost = 0;
        }
    }
}
