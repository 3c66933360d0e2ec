//! Pages as people meet them: what each shows, to whom, and in which words.

mod public;
