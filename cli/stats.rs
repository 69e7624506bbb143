//! A table of the contexts: what each uses and may use.

use raya_core::{Runtime, VmStats};

const HEADINGS: [&str; 6] = ["context", "name", "heap bytes", "of", "tasks", "steps"];

/// One line a context, columns aligned.
pub fn table(runtime: &mut Runtime) -> String {
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    for id in runtime.context_ids() {
        if let Ok(vm) = runtime.vm(id) {
            rows.push(row(&vm.stats()));
        }
    }
    align(&rows)
}

fn row(stats: &VmStats) -> [String; 6] {
    [
        stats.context.to_string(),
        stats.name.clone(),
        stats.heap_bytes_used.to_string(),
        stats.max_heap_bytes.to_string(),
        stats.tasks.to_string(),
        stats.steps_executed.to_string(),
    ]
}

/// The first two columns to the left, numbers to the right.
fn align(rows: &[[String; 6]]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells =
            row.iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, &width))| match column {
                    0 | 1 => format!("{cell:<width$}"),
                    _ => format!("{cell:>width$}"),
                });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::align;

    #[test]
    fn columns_are_aligned() {
        let rows = [
            ["a", "b", "1", "2", "3", "4"],
            ["aaa", "", "10", "20", "30", "400"],
        ];
        let rows = rows.map(|row| row.map(str::to_owned));
        assert_eq!(
            align(&rows),
            "a    b   1   2   3    4\naaa     10  20  30  400\n"
        );
    }
}
