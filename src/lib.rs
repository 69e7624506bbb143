//! Raya: runs very many untrusted scripts side by side, each in an isolated context with limits of its own.
