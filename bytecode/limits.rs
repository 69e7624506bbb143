//! Every capacity of a program image, in one place: what the verifier admits and the assembler refuses to exceed.
//!
//! Operands are 16 bits wide, so whatever an instruction names is limited to what 16 bits can number.

/// Bytes of a `.rbin`.
pub const IMAGE_BYTES_MAX: usize = 256 << 20;
/// Functions.
pub const FUNCTIONS_MAX: usize = 65_000;
/// Classes: their slots start at `CLASS_BASE`.
pub const CLASSES_MAX: usize = 65_000;
/// String constants and names.
pub const STRINGS_MAX: usize = 65_000;
/// Number constants.
pub const NUMBERS_MAX: usize = 65_000;
/// Signatures.
pub const SIGS_MAX: usize = 65_000;
/// Member names.
pub const MEMBERS_MAX: usize = 65_000;
/// Host imports.
pub const IMPORTS_MAX: usize = 65_000;
/// Source files: the line number shares a word with the file's index.
pub const FILES_MAX: usize = 256;
/// Registers of a function in one bank: locals and temps.
pub const REGISTERS_MAX: u32 = 60_000;
/// Parameters of a function, import or signature, receiver included.
pub const PARAMS_MAX: usize = 255;
/// Instruction words of one function.
pub const FUNCTION_CODE_MAX: usize = 1 << 20;
/// Handlers of one function: a throw looks through them.
pub const FUNCTION_HANDLERS_MAX: usize = 4_096;
/// UTF-16 units of one string constant.
pub const STRING_UNITS_MAX: usize = 16 << 20;
/// UTF-16 units of a name: of a field, class, method, function, member, import, export or file. Errors and types repeat them.
pub const NAME_UNITS_MAX: usize = 1_000;
/// Words of an object: a reference field's offset, in half words, fits 16 bits.
pub const OBJECT_WORDS_MAX: usize = 32_767;
/// Fuel of one basic block: it is stored in a byte.
pub const BLOCK_COST_MAX: u32 = 255;
