//! API keys: how people make, rotate and end them, what is told of them, where they are taken from and what is kept.

mod letters;
mod managed;
mod presented;
mod racing;
