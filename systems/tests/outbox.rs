//! The outbox: who asks the host for more than it holds stops until that was served, and goes on where it was.

mod common;

use common::{Source, World, number};
use raya_bytecode::assemble::ImportSpec;
use raya_bytecode::image::{DESC_FUNCTION, DESC_NUMBER, DESC_PROMISE};
use raya_bytecode::isa::Op;
use raya_bytecode::slot::Slot;
use raya_storages::limits::OUTBOX_REQUESTS_MAX;
use raya_systems::execute::{HostFunction, Stop, execute};

const F: Slot = Slot::F64;

/// A context whose function asks as often as its argument says and waits for nothing.
fn asking(times: usize) -> World {
    let mut source = Source::new();
    let number_type = source.image.desc(DESC_NUMBER, 0, &[]);
    let promise = source.image.desc(DESC_PROMISE, 0, &[number_type]);
    let desc = source.image.desc(DESC_FUNCTION, 0, &[number_type, promise]);
    let import = source.image.import(&ImportSpec {
        module: "host",
        name: "later",
        params: &[F],
        ret: Slot::PROMISE,
        desc,
        line: 1,
    });
    let f = source.image.declare_function();
    source.define(f, &[F], F, &[F, F], &[Slot::PROMISE], |f| {
        let top = f.here();
        f.emit(Op::MovN, 2, 1, 0);
        f.call(Op::CallHost, [0, 0, import as u16], None, 1, 0);
        f.branch(Op::IncJLtF, 1, 0, top);
        f.emit(Op::RetF, 1, 0, 0);
    });
    let mut world = World::new(source.finish());
    world.host.functions = vec![HostFunction::Deferred];
    world.host.gives_handles = vec![false];
    world.start(f, &[number(times as f64)]);
    // Promises are no reason to stop, also where every allocation asks for a collection.
    world.heap.collect_at_words = 1 << 16;
    world
}

/// Runs a context once; what it has asked is served, and counted.
fn served(world: &mut World) -> (usize, bool) {
    let mut fuel = 1 << 40;
    let stop = execute(&mut world.execution(), &mut fuel);
    assert!(fuel > 0);
    let is_full = matches!(stop, Stop::OutOfFuel);
    assert!(is_full || matches!(stop, Stop::Idle), "{stop:?}");
    (world.activity.outbox.drain(..).count(), is_full)
}

#[test]
fn who_asks_too_much_stops_until_it_was_served() {
    let most = OUTBOX_REQUESTS_MAX;
    assert_eq!(served(&mut asking(most - 1)), (most - 1, false));
    let mut world = asking(2 * most + 5);
    assert_eq!(served(&mut world), (most, true));
    assert_eq!(served(&mut world), (most, true));
    assert_eq!(served(&mut world), (5, false));
}
