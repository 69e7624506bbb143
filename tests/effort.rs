//! Whatever a script gives to look at, others come to their turn: long texts in many places, types with many fields.

#[path = "common/script.rs"]
mod script;

use raya_core::{Runtime, TaskStatus, TickBudget, Value, VmOptions};

const LONG: &str = r#"
export function places(length: number, count: number): string {
  const text = "x".repeat(length - 1);
  const texts = new Array<string>(count).fill(text + "y");
  const mixed = new Array<string | number>(count).fill(text + "y");
  texts[count - 1] = text + "z";
  mixed[count - 1] = text + "z";
  const wanted = text + "z";
  const found = [texts.indexOf(wanted), texts.indexOf(wanted, 3), texts.indexOf(text), mixed.indexOf(wanted)];
  const has = [texts.includes(wanted), mixed.includes(wanted), mixed.includes(1), texts.includes(text + "x")];
  return `${found.join()} ${has.join()}`;
}
"#;

#[test]
fn a_long_text_in_many_places_is_looked_for_in_many_turns() {
    const FUEL: u64 = 5_000;
    let mut runtime = Runtime::with_threads(1);
    let id = runtime.create(VmOptions::default()).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    let program = script::compiled(LONG);
    vm.load_rbin_bytes(&program).expect("is valid");
    let args = [80_000.0, 500.0].map(Value::Number);
    let task = vm.run_entry("places", args.to_vec()).expect("is exported");
    let mut steps = 0;
    let mut most = 0;
    while runtime.task(task) == Ok(TaskStatus::Running) {
        runtime.tick(TickBudget::fuel(FUEL));
        let now = runtime.vm(id).expect("is live").stats().steps_executed;
        most = most.max(now - steps);
        steps = now;
    }
    // Comparing two texts is done in one go; where one is joined of parts, each unit is a step.
    assert!(most < FUEL + 2 * 80_000, "{most}");
    assert!(steps > 10_000_000, "{steps}");
    assert_eq!(
        runtime.task(task),
        Ok(TaskStatus::Returned(Value::String(
            "499,499,-1,499 true,true,false,false".into()
        )))
    );
}

#[test]
fn fields_are_found_in_any_order() {
    let fields: Vec<String> = (0..300).map(|i| format!("f{i}?: number")).collect();
    let sum: Vec<String> = (0..300).map(|i| format!("(all.f{i} ?? 0) * {i}")).collect();
    let source = format!(
        "interface All {{ {} }}\nexport function sum(all: All): number {{ return {}; }}",
        fields.join("; "),
        sum.join(" + ")
    );
    let mut runtime = Runtime::with_threads(1);
    let id = runtime.create(VmOptions::default()).expect("is valid");
    let mut vm = runtime.vm(id).expect("is live");
    let program = script::compiled(&source);
    vm.load_rbin_bytes(&program).expect("is valid");
    let property = |i: i32| (format!("f{i}"), Value::Number(f64::from(i)));
    // Of two with one name the first counts; what no field has is left out.
    let mut properties: Vec<(String, Value)> = (0..300).rev().map(property).collect();
    properties.push(("f7".into(), Value::Number(1e9)));
    properties.push(("other".into(), Value::Null));
    properties.retain(|(name, _)| name != "f9");
    let expected: i32 = (0..300).filter(|i| *i != 9).map(|i| i * i).sum();
    assert_eq!(
        vm.call("sum", [Value::Object(properties)]).ok(),
        Some(Value::Number(expected.into()))
    );
}
