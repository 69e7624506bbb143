//! A look at the text before it is parsed: would reading it go too deep?
//!
//! oxc reads by recursion: once for each open bracket, but also for each prefix (`!!!a`), each right operand
//! (`a = b = c`, `a ? b : c ? d : e`, `x => y => z`) and each nested statement (`if (a) if (b) …`, `else if`).
//! This counts those that are open at the same time. Chains that oxc reads by a loop (`a + b + c`) don't
//! count here; the conversion limits them by the tree's depth.
//!
//! Invariants: linear time, no recursion, never panics. It knows tokens, not grammar: where it can't tell a
//! regular expression from a division it may count wrongly, but never past the end of the line.

/// Most of them open at once. Each takes oxc up to a few kilobytes of stack.
pub const MAX_OPEN: u32 = 1000;

/// Where the text goes too deep, if it does.
pub fn too_deep_at(text: &str) -> Option<u32> {
    let mut scan = Scan {
        bytes: text.as_bytes(),
        at: 0,
        levels: vec![Level::default()],
        open: 0,
        last: Last::Other,
        new_line: false,
    };
    while scan.at < scan.bytes.len() {
        let start = scan.at;
        scan.token();
        if scan.open > MAX_OPEN {
            return Some(start as u32);
        }
    }
    None
}

/// An open bracket and what is open in it.
#[derive(Default)]
struct Level {
    /// Prefixes, right operands and statements since the last end of a statement.
    chain: u32,
    /// The parentheses of `if (…)` and its like: what follows is nested in it.
    is_header: bool,
    /// `${`: a template goes on behind its `}`.
    in_template: bool,
}

/// What the token before was, as far as it matters.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// A value ended: a line's end may end the statement, a `/` divides.
    Operand,
    /// `}`: ended a block or a value.
    Brace,
    /// `if`, `while`, `for`, `with`: parentheses with a nested statement follow.
    Header,
    /// A dot: a keyword behind it is a name.
    Dot,
    /// Anything else: a value must follow.
    Other,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    levels: Vec<Level>,
    /// Open brackets and all chains.
    open: u32,
    last: Last,
    /// A line ended since the last word.
    new_line: bool,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn token(&mut self) {
        match self.peek(0) {
            b'\n' => {
                self.new_line = true;
                self.at += 1;
            }
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'/' if self.peek(1) == b'/' => self.skip_line(),
            b'/' if self.peek(1) == b'*' => self.skip_comment(),
            b'/' if self.last != Last::Operand => self.skip_regex(),
            quote @ (b'"' | b'\'') => self.skip_string(quote),
            b'`' => self.skip_template(),
            b'0'..=b'9' => self.skip_word(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'#' | b'\\' | 0x80.. => self.word(),
            b'(' | b'[' | b'{' => self.open_bracket(),
            b')' | b']' | b'}' => self.close_bracket(),
            b';' | b',' => self.end_statement(),
            _ => self.operator(),
        }
    }

    fn end_chain(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.open -= level.chain;
            level.chain = 0;
        }
    }

    fn lengthen_chain(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.chain += 1;
            self.open += 1;
        }
    }

    fn end_statement(&mut self) {
        self.end_chain();
        self.at += 1;
        self.last = Last::Other;
    }

    fn open_bracket(&mut self) {
        let is_header = self.last == Last::Header;
        self.push(Level {
            is_header,
            ..Level::default()
        });
    }

    fn push(&mut self, level: Level) {
        self.levels.push(level);
        self.open += 1;
        self.at += 1;
        self.last = Last::Other;
    }

    fn close_bracket(&mut self) {
        let closer = self.bytes[self.at];
        self.at += 1;
        if self.levels.len() > 1
            && let Some(level) = self.levels.pop()
        {
            self.open -= level.chain + 1;
            if level.in_template {
                self.template_text();
                return;
            }
            self.last = if level.is_header {
                Last::Other
            } else {
                Last::Operand
            };
        }
        if closer == b'}' {
            self.last = Last::Brace;
        }
    }

    fn word(&mut self) {
        let word = word_of(&self.bytes[self.at..]);
        let is_name = self.last == Last::Dot;
        // A word behind a value on an earlier line, or behind a block's `}`, begins a statement.
        let is_behind = self.last == Last::Brace || (self.last == Last::Operand && self.new_line);
        if is_behind && !CONTINUING.contains(&word) {
            self.end_chain();
        }
        self.new_line = false;
        self.at += word.len().max(1);
        self.last = Last::Operand;
        if is_name {
            return;
        }
        if word == b"case" {
            self.end_chain();
        }
        if NESTING.contains(&word) {
            self.lengthen_chain();
            self.last = if HEADERS.contains(&word) {
                Last::Header
            } else {
                Last::Other
            };
        } else if word == b"return" || word == b"throw" || word == b"case" {
            self.last = Last::Other;
        }
    }

    fn skip_word(&mut self) {
        self.at += word_of(&self.bytes[self.at..]).len().max(1);
        self.last = Last::Operand;
    }

    /// Operators: those that recurse to their right lengthen the chain.
    fn operator(&mut self) {
        let (byte, next) = (self.peek(0), self.peek(1));
        let is_prefix = self.last != Last::Operand;
        let is_comparison = matches!(
            (byte, next),
            (b'=', b'=') | (b'!', b'=') | (b'<', b'=') | (b'>', b'=')
        );
        if is_comparison {
            self.at += if self.peek(2) == b'=' { 3 } else { 2 };
            self.last = Last::Other;
            return;
        }
        let recurses = match byte {
            b'=' | b'?' | b':' | b'!' | b'~' | b'<' => true,
            b'*' => next == b'*',
            b'+' | b'-' => is_prefix,
            _ => false,
        };
        if recurses {
            self.lengthen_chain();
        }
        // `=>`, `**`, `??`, `?.`, `++`: one token.
        let is_double =
            matches!((byte, next), (b'=', b'>') | (b'?', b'.')) || (byte == next && !is_prefix);
        self.at += if is_double { 2 } else { 1 };
        let stays_operand =
            byte == b'!' && !is_prefix || byte == next && matches!(byte, b'+' | b'-') && !is_prefix;
        self.last = match byte {
            _ if stays_operand => Last::Operand,
            b'.' => Last::Dot,
            _ => Last::Other,
        };
    }

    fn skip_line(&mut self) {
        while self.at < self.bytes.len() && self.bytes[self.at] != b'\n' {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        self.at += 2;
        while self.at < self.bytes.len() && !(self.peek(0) == b'*' && self.peek(1) == b'/') {
            self.at += 1;
        }
        self.at += 2;
    }

    fn skip_string(&mut self, quote: u8) {
        self.at += 1;
        while self.at < self.bytes.len() && !matches!(self.peek(0), b'\n') && self.peek(0) != quote
        {
            self.at += if self.peek(0) == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.last = Last::Operand;
    }

    fn skip_regex(&mut self) {
        let mut in_class = false;
        self.at += 1;
        while self.at < self.bytes.len()
            && self.peek(0) != b'\n'
            && (in_class || self.peek(0) != b'/')
        {
            match self.peek(0) {
                b'[' => in_class = true,
                b']' => in_class = false,
                b'\\' => self.at += 1,
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        self.last = Last::Operand;
    }

    fn skip_template(&mut self) {
        self.at += 1;
        self.template_text();
    }

    /// A template's text up to its end or the next `${`.
    fn template_text(&mut self) {
        while self.at < self.bytes.len() && self.peek(0) != b'`' {
            if self.peek(0) == b'$' && self.peek(1) == b'{' {
                self.at += 1;
                self.push(Level {
                    in_template: true,
                    ..Level::default()
                });
                return;
            }
            self.at += if self.peek(0) == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.last = Last::Operand;
    }
}

/// The identifier, keyword or number that `bytes` begin with.
fn word_of(bytes: &[u8]) -> &[u8] {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | 0x80..);
    &bytes[..bytes.iter().take_while(|byte| is_part(byte)).count()]
}

/// Words that go on with the expression or statement before them, also on a new line.
const CONTINUING: &[&[u8]] = &[
    b"else",
    b"in",
    b"of",
    b"instanceof",
    b"as",
    b"satisfies",
    b"extends",
    b"is",
    b"while",
    b"catch",
    b"finally",
];

/// Words behind which reading goes one deeper.
const NESTING: &[&[u8]] = &[
    b"if",
    b"else",
    b"for",
    b"while",
    b"do",
    b"with",
    b"typeof",
    b"void",
    b"delete",
    b"await",
    b"new",
    b"yield",
    b"keyof",
    b"unique",
    b"readonly",
    b"infer",
    b"extends",
    b"asserts",
    b"async",
    b"abstract",
    b"declare",
    b"import",
    b"class",
    b"is",
];

/// Those of them whose parentheses are followed by a nested statement.
const HEADERS: &[&[u8]] = &[b"if", b"for", b"while", b"with"];
