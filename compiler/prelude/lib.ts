// The classes behind the built-in types; see ARCHITECTURE.md, "The prelude".
