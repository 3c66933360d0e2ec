//! Pages as people meet them: what each shows, to whom, in which language.

mod dashboard;
mod live;
