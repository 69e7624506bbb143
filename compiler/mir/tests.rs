//! The passes on hand-made functions.

use super::*;
use raya_bytecode::slot::Slot;

const F: Slot = Slot::F64;
const I: Slot = Slot::I32;
const Z: Slot = Slot::BOOL;
const OBJ: Slot = Slot(raya_bytecode::slot::CLASS_BASE);
const SPAN: Span = Span {
    file: crate::ast::FileId(0),
    start: 0,
    end: 0,
};

/// A function being made; the first registers are its parameters.
struct Maker {
    func: Func,
}

impl Maker {
    fn new(params: &[Slot]) -> Maker {
        let mut func = Func::new("f".into());
        func.params = params.to_vec();
        for &slot in params {
            let reg = func.reg(slot);
            func.param_regs.push(reg);
        }
        func.ret = F;
        Maker { func }
    }

    /// A block in the layout.
    fn block(&mut self, insts: Vec<Inst>, term: Term) -> BlockId {
        let id = self.func.block();
        self.func.order.push(id);
        self.func.blocks[id.index()] = Block {
            insts,
            term,
            handler: None,
        };
        id
    }

    fn ops(&self, block: usize) -> Vec<Op> {
        let insts = &self.func.blocks[block].insts;
        insts.iter().map(|i| i.op).collect()
    }
}

fn inst(op: Op, a: u32, b: u32, c: u32) -> Inst {
    Inst::new(op, [a, b, c], SPAN)
}

fn ret(reg: u32) -> Term {
    Term::Leave(inst(Op::RetF, reg, 0, 0))
}

/// A function of one block that combines `insts`: what is left.
fn combined(params: &[Slot], temps: &[Slot], insts: Vec<Inst>, result: u32) -> Vec<Inst> {
    let mut made = Maker::new(params);
    temps.iter().for_each(|&slot| {
        made.func.reg(slot);
    });
    made.block(insts, ret(result));
    combine::run(&mut made.func);
    made.func.blocks[0].insts.clone()
}

fn ops(insts: &[Inst]) -> Vec<Op> {
    insts.iter().map(|i| i.op).collect()
}

#[test]
fn a_product_joins_its_sum() {
    let insts = vec![inst(Op::MulF, 3, 0, 1), inst(Op::AddF, 4, 2, 3)];
    let left = combined(&[F, F, F], &[F, F], insts, 4);
    assert_eq!(ops(&left), [Op::MulAddF]);
    assert_eq!(left[0].x[..4], [4, 0, 1, 2]);
}

#[test]
fn a_difference_is_joined_only_on_its_right() {
    let right = vec![inst(Op::MulF, 3, 0, 1), inst(Op::SubF, 4, 2, 3)];
    let left = combined(&[F, F, F], &[F, F], right, 4);
    assert_eq!(ops(&left), [Op::MulSubF]);
    let left = vec![inst(Op::MulF, 3, 0, 1), inst(Op::SubF, 4, 3, 2)];
    let left = combined(&[F, F, F], &[F, F], left, 4);
    assert_eq!(ops(&left), [Op::MulF, Op::SubF]);
}

#[test]
fn a_product_read_twice_or_of_what_changes_stays() {
    let twice = vec![inst(Op::MulF, 3, 0, 1), inst(Op::AddF, 4, 3, 3)];
    assert_eq!(
        ops(&combined(&[F, F, F], &[F, F], twice, 4)),
        [Op::MulF, Op::AddF]
    );
    let changed = vec![
        inst(Op::MulF, 3, 0, 1),
        inst(Op::AddFI, 0, 0, 1),
        inst(Op::AddF, 4, 2, 3),
    ];
    assert_eq!(
        ops(&combined(&[F, F, F], &[F, F], changed, 4)),
        [Op::MulF, Op::AddFI, Op::AddF]
    );
}

#[test]
fn an_index_joins_its_access() {
    let insts = vec![inst(Op::F2X, 2, 1, 0), inst(Op::ElemF, 3, 0, 2)];
    let left = combined(&[Slot::ARR_F64, F], &[I, F], insts, 3);
    assert_eq!(ops(&left), [Op::ElemXF]);
    assert_eq!(left[0].x[..3], [3, 0, 1]);
    let insts = vec![inst(Op::F2X, 3, 1, 0), inst(Op::StoreF32, 0, 3, 2)];
    let left = combined(&[Slot::FLOAT32, F, F], &[I], insts, 2);
    assert_eq!(ops(&left), [Op::StoreXF32]);
    assert_eq!(left[0].x[..3], [0, 1, 2]);
}

/// A function of one block after `fuse`.
fn fused(params: &[Slot], temps: &[Slot], insts: Vec<Inst>, result: u32) -> Vec<Inst> {
    let mut made = Maker::new(params);
    temps.iter().for_each(|&slot| {
        made.func.reg(slot);
    });
    made.block(insts, ret(result));
    fuse::run(&mut made.func);
    fuse::run(&mut made.func);
    made.func.blocks[0].insts.clone()
}

#[test]
fn bytes_are_added_as_ints() {
    // `b[i] += 1` and `b[i] + b[j]`, as they go back into bytes.
    let step = vec![
        inst(Op::I2F, 2, 0, 0),
        inst(Op::AddFI, 3, 2, 1),
        inst(Op::F2W, 4, 3, 0),
    ];
    let left = fused(&[I, I], &[F, F, I], step, 3);
    assert_eq!((left[2].op, &left[2].x[..3]), (Op::AddWI, &[4, 0, 1][..]));
    let sum = vec![
        inst(Op::I2F, 2, 0, 0),
        inst(Op::I2F, 3, 1, 0),
        inst(Op::AddF, 4, 2, 3),
        inst(Op::F2W, 5, 4, 0),
    ];
    let left = fused(&[I, I], &[F, F, F, I], sum, 4);
    assert_eq!((left[3].op, &left[3].x[..3]), (Op::AddW, &[5, 0, 1][..]));
    // What was added changes in between.
    let changed = vec![
        inst(Op::I2F, 2, 0, 0),
        inst(Op::AddFI, 3, 2, 1),
        inst(Op::MovN, 0, 1, 0),
        inst(Op::F2W, 4, 3, 0),
    ];
    let left = fused(&[I, I], &[F, F, I], changed, 3);
    assert_eq!(left[3].op, Op::F2W);
}

#[test]
fn constants_are_converted_at_once() {
    let word = vec![
        inst(Op::ConstFI, 1, -7i32 as u32, 0),
        inst(Op::F2W, 2, 1, 0),
    ];
    let left = fused(&[F], &[F, I], word, 0);
    assert_eq!((left[1].op, left[1].x[1] as i32), (Op::ConstI, -7));
    let index = vec![
        inst(Op::ConstFI, 1, -7i32 as u32, 0),
        inst(Op::F2X, 2, 1, 0),
    ];
    let left = fused(&[F], &[F, I], index, 0);
    assert_eq!((left[1].op, left[1].x[1] as i32), (Op::ConstI, -1));
    let or = vec![
        inst(Op::ConstFI, 2, 0, 0),
        inst(Op::F2W, 3, 2, 0),
        inst(Op::Or, 4, 1, 3),
    ];
    let left = fused(&[F, I], &[F, I, I], or, 0);
    assert_eq!((left[2].op, left[2].x[1]), (Op::MovN, 1));
}

/// `r0.x += n1` where `between` stands between load and store; r0 was looked at before if `checked`.
fn field_sum(between: Vec<Inst>, checked: bool) -> Vec<Op> {
    let mut insts = Vec::new();
    if checked {
        insts.push(inst(Op::GetN, 6, 0, 5));
    }
    insts.push(inst(Op::GetN, 3, 0, 0));
    insts.extend(between);
    insts.push(inst(Op::AddF, 4, 3, 1));
    insts.push(inst(Op::SetN, 0, 0, 4));
    let left = combined(&[OBJ, F, OBJ], &[F, F, F, F], insts, 1);
    ops(&left).into_iter().skip(usize::from(checked)).collect()
}

#[test]
fn what_is_added_to_a_field_is_one_instruction() {
    assert_eq!(field_sum(vec![], false), [Op::AddToN]);
    let other_load = || vec![inst(Op::GetN, 5, 2, 1)];
    // An error in between must not come before the one of the load.
    assert_eq!(
        field_sum(other_load(), false),
        [Op::GetN, Op::GetN, Op::AddF, Op::SetN]
    );
    assert_eq!(field_sum(other_load(), true), [Op::GetN, Op::AddToN]);
    let same_field = vec![inst(Op::SetN, 2, 0, 1)];
    assert_eq!(
        field_sum(same_field, true),
        [Op::GetN, Op::SetN, Op::AddF, Op::SetN]
    );
    let other_field = vec![inst(Op::SetN, 2, 1, 1)];
    assert_eq!(field_sum(other_field, true), [Op::SetN, Op::AddToN]);
}

#[test]
fn a_product_is_added_to_a_field_at_once() {
    let product = |factors: Vec<Inst>, op| {
        let mut insts = vec![inst(Op::GetN, 3, 0, 0)];
        insts.extend(factors);
        insts.extend([inst(op, 6, 3, 5), inst(Op::SetN, 0, 0, 6)]);
        combined(&[OBJ, F, F], &[F, F, F, F], insts, 1)
    };
    let two = || vec![inst(Op::MulF, 5, 1, 2)];
    let three = || vec![inst(Op::MulF, 4, 1, 2), inst(Op::MulF, 5, 4, 1)];
    let sums = [
        (two(), Op::AddF, Op::AddMulToN),
        (two(), Op::SubF, Op::SubMulFromN),
        (three(), Op::AddF, Op::AddMulMulToN),
        (three(), Op::SubF, Op::SubMulMulFromN),
    ];
    for (factors, op, joined) in sums {
        let left = product(factors, op);
        assert_eq!(ops(&left), [joined]);
        assert_eq!(left[0].x[..4], [0, 0, 1, 2]);
    }
}

#[test]
fn a_sum_that_is_read_again_is_loaded_from_its_field() {
    let sum = |read_before: bool| {
        let mut insts = vec![inst(Op::GetN, 3, 0, 0), inst(Op::AddF, 4, 3, 1)];
        if read_before {
            insts.push(inst(Op::NegF, 5, 4, 0));
        }
        insts.extend([inst(Op::SetN, 0, 0, 4), inst(Op::MulF, 6, 4, 4)]);
        combined(&[OBJ, F, F], &[F, F, F, F], insts, 6)
    };
    let left = sum(false);
    assert_eq!(ops(&left), [Op::AddToN, Op::GetN, Op::MulF]);
    assert_eq!(left[1].x[..3], [4, 0, 0]);
    assert_eq!(
        ops(&sum(true)),
        [Op::GetN, Op::AddF, Op::NegF, Op::SetN, Op::MulF]
    );
}

#[test]
fn two_products_join_their_sum() {
    let insts = vec![
        inst(Op::MulF, 3, 0, 1),
        inst(Op::MulF, 4, 1, 2),
        inst(Op::AddF, 5, 3, 4),
    ];
    let left = combined(&[F, F, F], &[F, F, F], insts, 5);
    assert_eq!(ops(&left), [Op::DotF]);
    assert_eq!(left[0].x[..5], [5, 0, 1, 1, 2]);
}

#[test]
fn constants_are_made_for_joins_in_loops_only() {
    let joined = |looping| {
        let mut made = Maker::new(&[F, F]);
        let temps = [F, F].map(|slot| made.func.reg(slot).0);
        made.block(vec![], Term::Jump(BlockId(1)));
        let body = vec![
            inst(Op::AddFI, temps[0], 0, 1),
            inst(Op::MulF, temps[1], temps[0], 1),
        ];
        let again = Term::Branch(inst(Op::JLtF, temps[1], 1, 0), BlockId(1), BlockId(2));
        let once = Term::Jump(BlockId(2));
        made.block(body, if looping { again } else { once });
        made.block(vec![], ret(temps[1]));
        combine::run(&mut made.func);
        made.ops(1)
    };
    assert_eq!(joined(true), [Op::ConstFI, Op::AddMulF]);
    assert_eq!(joined(false), [Op::AddFI, Op::MulF]);
}

#[test]
fn a_flag_is_tested_at_once() {
    let tested = |other_reader: bool| {
        let mut made = Maker::new(&[F, Slot::ARR_BOOL]);
        let [index, flag] = [I, Z].map(|slot| made.func.reg(slot).0);
        let bounds = Term::Branch(inst(Op::JInBounds, 1, index, 0), BlockId(1), BlockId(3));
        made.block(vec![inst(Op::F2X, index, 0, 0)], bounds);
        let test = Term::Branch(inst(Op::JTrue, flag, 0, 0), BlockId(2), BlockId(3));
        made.block(vec![inst(Op::ElemZ, flag, 1, index)], test);
        let reads = if other_reader {
            vec![inst(Op::I2F, 0, index, 0)]
        } else {
            vec![]
        };
        made.block(reads, ret(0));
        made.block(vec![], ret(0));
        combine::run(&mut made.func);
        assert_eq!(made.func.order.len(), 3);
        let jump = made.func.blocks[0].term.inst().expect("it branches").op;
        (made.ops(0), jump)
    };
    assert_eq!(tested(false), (vec![], Op::JElemXZ));
    assert_eq!(tested(true), (vec![Op::F2X], Op::JElemZ));
}

/// A function of one block after `values`.
fn numbered(params: &[Slot], temps: &[Slot], insts: Vec<Inst>) -> Vec<Op> {
    let mut made = Maker::new(params);
    temps.iter().for_each(|&slot| {
        made.func.reg(slot);
    });
    made.block(insts, ret(1));
    values::run(&mut made.func);
    made.ops(0)
}

#[test]
fn a_field_is_loaded_once_until_it_may_change() {
    let load = |to| inst(Op::GetN, to, 0, 0);
    let between = |store: Vec<Inst>| {
        let mut insts = vec![load(3)];
        insts.extend(store);
        insts.push(load(4));
        *numbered(&[OBJ, F, OBJ], &[F, F, F], insts)
            .last()
            .expect("it is there")
    };
    assert_eq!(between(vec![]), Op::MovN);
    assert_eq!(between(vec![inst(Op::SetN, 2, 1, 1)]), Op::MovN);
    assert_eq!(between(vec![inst(Op::SetN, 2, 0, 1)]), Op::GetN);
    let call = Inst {
        x: [NO_REG.0, NO_REG.0, 0, 0, 0, 0],
        ..inst(Op::Call, 0, 0, 0)
    };
    assert_eq!(between(vec![call]), Op::GetN);
    // The register that has it has something else by then.
    assert_eq!(between(vec![inst(Op::MovN, 3, 1, 0)]), Op::GetN);
    // Another object came to the register.
    assert_eq!(between(vec![inst(Op::MovR, 0, 2, 0)]), Op::GetN);
}

#[test]
fn what_is_stored_is_not_loaded() {
    let insts = vec![inst(Op::SetN, 0, 0, 1), inst(Op::GetN, 2, 0, 0)];
    assert_eq!(numbered(&[OBJ, F], &[F], insts), [Op::SetN, Op::MovN]);
}

#[test]
fn lengths_change_when_elements_are_written() {
    let len = |to| inst(Op::Len, to, 0, 0);
    let twice = vec![len(2), len(3)];
    assert_eq!(
        numbered(&[Slot::ARR_F64, F], &[I, I], twice),
        [Op::Len, Op::MovN]
    );
    let written = vec![len(2), inst(Op::SetElemF, 0, 2, 1), len(3)];
    let left = numbered(&[Slot::ARR_F64, F], &[I, I], written);
    assert_eq!(left, [Op::Len, Op::SetElemF, Op::Len]);
    // Those of typed arrays never do.
    let written = vec![len(2), inst(Op::StoreF64, 0, 2, 1), len(3)];
    let left = numbered(&[Slot::FLOAT64, F], &[I, I], written);
    assert_eq!(left, [Op::Len, Op::StoreF64, Op::MovN]);
}

#[test]
fn elements_of_typed_arrays_are_loaded_once_until_some_are_written() {
    let load = |to| inst(Op::LoadU8, to, 0, 2);
    let params = [Slot::UINT8, F, I, Slot::INT16];
    let left = numbered(&params, &[I, I], vec![load(4), load(5)]);
    assert_eq!(left, [Op::LoadU8, Op::MovN]);
    // Where two bytes can't be told apart, no two arrays are.
    let written = vec![load(4), inst(Op::Store16, 3, 2, 2), load(5)];
    let left = numbered(&params, &[I, I], written);
    assert_eq!(left, [Op::LoadU8, Op::Store16, Op::LoadU8]);
}

#[test]
fn what_is_known_goes_on_only_where_one_way_leads() {
    let mut made = Maker::new(&[OBJ, F, Z]);
    [F, F, F].iter().for_each(|&slot| {
        made.func.reg(slot);
    });
    let load = |to| inst(Op::GetN, to, 0, 0);
    let test = Term::Branch(inst(Op::JTrue, 2, 0, 0), BlockId(1), BlockId(2));
    made.block(vec![load(3)], test);
    made.block(vec![load(4)], Term::Jump(BlockId(2)));
    made.block(vec![load(5)], ret(1));
    values::run(&mut made.func);
    assert_eq!(made.ops(1), [Op::MovN]);
    assert_eq!(made.ops(2), [Op::GetN]);
}

#[test]
fn constants_leave_loops() {
    let mut made = Maker::new(&[F, F]);
    [F, F].iter().for_each(|&slot| {
        made.func.reg(slot);
    });
    made.block(vec![], Term::Jump(BlockId(1)));
    // Register 2 has one value, 3 has two.
    let body = vec![
        inst(Op::ConstFI, 2, 7, 0),
        inst(Op::ConstFI, 3, 1, 0),
        inst(Op::AddF, 3, 3, 2),
    ];
    let again = Term::Branch(inst(Op::JLtF, 0, 1, 0), BlockId(1), BlockId(2));
    made.block(body, again);
    made.block(vec![], ret(3));
    hoist::run(&mut made.func);
    assert_eq!(made.ops(0), [Op::ConstFI]);
    assert_eq!(made.ops(1), [Op::ConstFI, Op::AddF]);
}

#[test]
fn blocks_with_one_way_in_are_joined() {
    let mut made = Maker::new(&[F, F]);
    made.block(vec![inst(Op::AddFI, 0, 0, 1)], Term::Jump(BlockId(1)));
    made.block(vec![inst(Op::AddFI, 0, 0, 2)], Term::Jump(BlockId(2)));
    made.block(vec![inst(Op::AddFI, 0, 0, 3)], ret(0));
    unreachable_code::run(&mut made.func);
    assert_eq!(made.func.order, [BlockId(0)]);
    assert_eq!(made.ops(0).len(), 3);
}

/// `max(a, b)`, with two returns.
fn max() -> Func {
    let mut made = Maker::new(&[F, F]);
    let test = Term::Branch(inst(Op::JLtF, 0, 1, 0), BlockId(1), BlockId(2));
    made.block(vec![], test);
    made.block(vec![], ret(1));
    made.block(vec![], ret(0));
    made.func
}

/// A function that calls function 0 of two numbers.
fn calling() -> Func {
    let mut made = Maker::new(&[F, F]);
    let result = made.func.reg(F);
    let mut call = inst(Op::Call, result.0, NO_REG.0, 0);
    call.args = vec![Reg(0), Reg(1)];
    made.block(vec![call], ret(result.0));
    made.func
}

fn calls(func: &Func) -> usize {
    let insts = func
        .order
        .iter()
        .flat_map(|b| &func.blocks[b.index()].insts);
    insts.filter(|i| i.op == Op::Call).count()
}

#[test]
fn small_functions_take_the_place_of_their_calls() {
    let mut functions = [Some(max()), Some(calling())];
    inline::run(&mut functions);
    let caller = functions[1].as_ref().expect("it stays");
    assert_eq!(calls(caller), 0);
    let branches = caller.order.iter().filter(|b| {
        let term = &caller.blocks[b.index()].term;
        matches!(term, Term::Branch(..))
    });
    assert_eq!(branches.count(), 1);
}

#[test]
fn what_counts_on_being_zero_at_first_is_called() {
    let mut counter = max();
    // Reads a register that nothing wrote.
    let own = counter.reg(F);
    counter.blocks[0].insts.push(inst(Op::AddF, 0, 0, own.0));
    let mut functions = [Some(counter), Some(calling())];
    inline::run(&mut functions);
    assert_eq!(calls(functions[1].as_ref().expect("it stays")), 1);
}

#[test]
fn recursion_stays_a_call() {
    let mut functions = [Some(calling())];
    inline::run(&mut functions);
    assert_eq!(calls(functions[0].as_ref().expect("it stays")), 1);
}

#[test]
fn a_variable_that_the_callee_changes_is_its_own() {
    let mut made = Maker::new(&[F, F]);
    made.block(vec![inst(Op::AddFI, 0, 0, 1)], ret(0));
    let mut functions = [Some(made.func), Some(calling())];
    inline::run(&mut functions);
    let caller = functions[1].as_ref().expect("it stays");
    let insts = caller
        .order
        .iter()
        .flat_map(|b| &caller.blocks[b.index()].insts);
    for inst in insts {
        assert!(inst.defs().all(|d| d != Reg(0)), "the argument is written");
    }
}

#[test]
fn dominators_know_branches_and_handlers() {
    let mut made = Maker::new(&[F, F]);
    let test = Term::Branch(inst(Op::JLtF, 0, 1, 0), BlockId(1), BlockId(2));
    made.block(vec![], test);
    made.block(vec![], Term::Jump(BlockId(3)));
    made.block(vec![], Term::Jump(BlockId(3)));
    made.block(vec![], ret(0));
    made.block(vec![], ret(1));
    made.func.blocks[1].handler = Some(BlockId(4));
    let dominators = flow::Dominators::new(&made.func);
    assert_eq!(dominators.parent(BlockId(3)), Some(BlockId(0)));
    assert_eq!(dominators.parent(BlockId(4)), Some(BlockId(1)));
    assert!(dominators.dominates(BlockId(0), BlockId(3)));
    assert!(!dominators.dominates(BlockId(1), BlockId(3)));
    assert!(dominators.dominates(BlockId(1), BlockId(4)));
}
