//! Pictures in pages: the one place where what is written into a page is not escaped again. Promises that nothing but names that
//! stand in this program ever gets here. Never takes text that somebody sent.

use crate::assets;
use askama::filters::HtmlSafe;
use std::fmt;

/// A picture out of `assets/icons.svg`, which says nothing by itself: a word stands beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Icon {
    pub(crate) name: &'static str,
    pub(crate) class: &'static str,
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Icon { name, class } = self;
        let file = assets::address("icons.svg");
        write!(
            f,
            r##"<svg class="{class} {name}" aria-hidden="true" focusable="false"><use href="{file}#{name}"/></svg>"##
        )
    }
}

/// Both of its words are ours and fixed when the program is built.
impl HtmlSafe for Icon {}
