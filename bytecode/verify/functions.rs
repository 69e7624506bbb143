//! Functions as rows: registers, signature, locals, receiver, handlers and lines; their code is `code`'s matter.

use super::error::{Problem, VerifyError, at_most, exists, in_row, rule};
use super::types::{expect_result, num_half, ref_half};
use crate::image::{FUNCTION_ASYNC, Function, Handler, Image, NONE};
use crate::limits;
use crate::slot::Slot;

/// Checks all rows of functions.
pub fn check(image: &Image) -> Result<(), VerifyError> {
    for (row, function) in image.functions.iter().enumerate() {
        check_function(image, function).map_err(in_row("functions", row))?;
    }
    Ok(())
}

fn check_function(image: &Image, function: &Function) -> Result<(), Problem> {
    exists("string", function.name, image.strings.len())?;
    expect_result(image, function.ret)?;
    rule(
        function.flags & !FUNCTION_ASYNC == 0,
        "unknown flags of a function",
    )?;
    check_registers(function)?;
    check_sig(image, function.sig, params(image, function), function.ret)?;
    check_locals(image, function)?;
    check_receiver(image, function)?;
    check_handlers(image, function)?;
    check_lines(image, function)
}

/// A function's parameters.
pub fn params<'a>(image: &'a Image, function: &Function) -> &'a [Slot] {
    &image.slots[function.params.indices()]
}

fn check_registers(function: &Function) -> Result<(), Problem> {
    let nums = u32::from(function.num_locals) + u32::from(function.num_temps);
    let refs = u32::from(function.ref_locals) + u32::from(function.ref_temps);
    for registers in [nums, refs] {
        at_most(
            "registers",
            registers as usize,
            limits::REGISTERS_MAX as usize,
        )?;
    }
    at_most(
        "instructions",
        function.code.count as usize,
        limits::FUNCTION_CODE_MAX,
    )
}

/// Checks that a signature consists of the kinds of exact types.
pub fn check_sig(image: &Image, sig: u32, params: &[Slot], ret: Slot) -> Result<(), Problem> {
    exists("signature", sig, image.sigs.len())?;
    let sig = &image.sigs[sig as usize];
    let kinds = &image.sig_params[sig.params.indices()];
    let same = kinds.len() == params.len()
        && sig.ret == ret.kind()
        && kinds.iter().zip(params).all(|(k, p)| *k == p.kind());
    rule(same, "the signature does not have the kinds of the types")
}

fn check_locals(image: &Image, function: &Function) -> Result<(), Problem> {
    let locals = &image.slots[function.locals.indices()];
    rule(
        locals.len() == usize::from(function.num_locals) + usize::from(function.ref_locals),
        "there must be a type for each local",
    )?;
    let (nums, refs) = locals.split_at(usize::from(function.num_locals));
    rule(
        nums.iter().all(|s| s.has_num() && *s != Slot::MIXED),
        "a numeric local must be f64, i32 or bool",
    )?;
    rule(
        refs.iter().all(|s| s.has_ref() && *s != Slot::MIXED),
        "a reference local must have the type of a reference",
    )?;
    let params = params(image, function);
    let starts_with = |locals: &[Slot], half: fn(Slot) -> Option<Slot>| {
        let mut halves = params.iter().filter_map(|p| half(*p));
        let mut locals = locals.iter();
        halves.all(|half| locals.next() == Some(&half))
    };
    rule(
        starts_with(nums, num_half) && starts_with(refs, ref_half),
        "the parameters must be the first locals",
    )
}

fn check_receiver(image: &Image, function: &Function) -> Result<(), Problem> {
    if function.receiver == NONE {
        return Ok(());
    }
    exists("class", function.receiver, image.classes.len())?;
    rule(
        params(image, function).first() == Some(&Slot::class(function.receiver as u16)),
        "the first parameter must be the receiver",
    )
}

/// Ranges are not empty, in the function, and nested or disjoint with inner ones first.
fn check_handlers(image: &Image, function: &Function) -> Result<(), Problem> {
    let handlers = &image.handlers[function.handlers.indices()];
    at_most("handlers", handlers.len(), limits::FUNCTION_HANDLERS_MAX)?;
    let mut outermost: Vec<Handler> = Vec::new();
    for handler in handlers {
        rule(
            handler.start < handler.end && handler.end <= function.code.count,
            "a handler's range must lie in the function",
        )?;
        exists("instruction", handler.target, function.code.count as usize)?;
        let last_end = outermost.last().map_or(0, |last| last.end);
        while outermost
            .last()
            .is_some_and(|last| last.start >= handler.start)
        {
            outermost.pop();
        }
        let before_end = outermost.last().map_or(0, |last| last.end);
        rule(
            before_end <= handler.start && last_end <= handler.end,
            "handlers must be nested or disjoint, inner ones first, by their end",
        )?;
        outermost.push(*handler);
    }
    Ok(())
}

fn check_lines(image: &Image, function: &Function) -> Result<(), Problem> {
    let lines = &image.lines[function.lines.indices()];
    rule(
        lines.windows(2).all(|pair| pair[0].pc < pair[1].pc),
        "lines must be sorted by pc",
    )?;
    for line in lines {
        exists("instruction", line.pc, function.code.count as usize)?;
        exists("file", line.line >> 24, image.files.len())?;
    }
    Ok(())
}
