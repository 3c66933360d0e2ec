//! Reads an operator's HTML into a tree, by the browser's own rules, within bounds.
//!
//! Promises: time and memory linear in the bounds below whatever the bytes are, never a panic, no recursion.
//! Never hands out part of a page: a page past a bound is refused whole, because half a page may look like a
//! full boat. Never trusts the length of a tag, the depth of a tree or the number of nodes: browsers' rules let a
//! few bytes of misnested markup grow into many nodes, so the bounds are checked while the tree grows.

use std::cell::Cell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeSink};
use scraper::{Html, HtmlTreeSink};

use super::ParseError;

/// The most bytes of a page that are read: the same as `outbound` lets through.
pub(super) const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The most elements, texts and comments; the recorded pages have about 4,000.
pub(super) const MAX_NODES: usize = 20_000;
/// The deepest nesting; the recorded pages have 23.
pub(super) const MAX_DEPTH: usize = 128;
/// The most start and end tags, for tags that make no node cost time too.
pub(super) const MAX_TAGS: usize = 40_000;
/// The most attributes of one tag.
pub(super) const MAX_ATTRIBUTES: usize = 128;
/// The longest single tag or comment: the tokenizer compares each attribute with all before it.
pub(super) const MAX_TAG_BYTES: usize = 16 * 1024;
/// Bytes fed between two looks at the bounds.
const CHUNK_BYTES: usize = 4 * 1024;

type Builder = TreeBuilder<<HtmlTreeSink as TreeSink>::Handle, HtmlTreeSink>;

/// Reads `body` into a tree, or says which bound it passes.
pub(super) fn read(body: &[u8]) -> Result<Html, ParseError> {
    if body.len() > MAX_BYTES {
        return Err(too_complex("bytes", MAX_BYTES));
    }
    let text = String::from_utf8_lossy(body);
    let builder = TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), Default::default());
    let tokenizer = Tokenizer::new(Bounded::around(builder), TokenizerOpts::default());
    let mut rest: &str = text.strip_prefix('\u{feff}').unwrap_or(&text);
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(chunk_end(rest));
        feed(&tokenizer, chunk);
        tokenizer.sink.check(chunk.len())?;
        rest = after;
    }
    tokenizer.end();
    tokenizer.sink.check(0)?;
    let page = tokenizer.sink.builder.sink.finish();
    if too_deep(&page) {
        return Err(too_complex("levels of nesting", MAX_DEPTH));
    }
    Ok(page)
}

fn too_complex(what: &'static str, limit: usize) -> ParseError {
    ParseError::TooComplex { what, limit }
}

/// Where the next chunk ends: on a character, and never at 0.
fn chunk_end(rest: &str) -> usize {
    let mut end = CHUNK_BYTES.min(rest.len());
    while !rest.is_char_boundary(end) {
        end += 1;
    }
    end
}

/// Gives one chunk to the tokenizer, which stops at each script and each named encoding and wants to be called again.
fn feed(tokenizer: &Tokenizer<Bounded>, chunk: &str) {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(chunk));
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
}

/// Whether any node of the finished tree lies too deep: misnested tags may have moved older nodes down.
fn too_deep(page: &Html) -> bool {
    page.tree.nodes().any(|node| node.ancestors().take(MAX_DEPTH + 1).count() > MAX_DEPTH)
}

/// A tree builder that stops building at the first bound passed.
struct Bounded {
    builder: Builder,
    tags: Cell<usize>,
    /// Whether a token came since the last look.
    progressed: Cell<bool>,
    /// Bytes fed since the last token: an unfinished tag or comment.
    unfinished_bytes: Cell<usize>,
    passed: Cell<Option<(&'static str, usize)>>,
}

impl Bounded {
    fn around(builder: Builder) -> Self {
        Self {
            builder,
            tags: Cell::new(0),
            progressed: Cell::new(false),
            unfinished_bytes: Cell::new(0),
            passed: Cell::new(None),
        }
    }

    /// Looks at the bounds after `fed` more bytes.
    fn check(&self, fed: usize) -> Result<(), ParseError> {
        if self.progressed.replace(false) {
            self.unfinished_bytes.set(0);
        } else {
            self.unfinished_bytes.set(self.unfinished_bytes.get() + fed);
        }
        if self.unfinished_bytes.get() > MAX_TAG_BYTES {
            self.passed.set(Some(("bytes in one tag", MAX_TAG_BYTES)));
        }
        match self.passed.get() {
            Some((what, limit)) => Err(too_complex(what, limit)),
            None => Ok(()),
        }
    }

    fn note_tag(&self, tag: &Tag) {
        self.tags.set(self.tags.get() + 1);
        if self.tags.get() > MAX_TAGS {
            self.passed.set(Some(("tags", MAX_TAGS)));
        }
        if tag.attrs.len() > MAX_ATTRIBUTES {
            self.passed.set(Some(("attributes in one tag", MAX_ATTRIBUTES)));
        }
    }

    /// The newest node is the deepest of those a token made, so looking at it alone keeps growth bounded.
    fn note_growth(&self) {
        let page = self.builder.sink.0.borrow();
        if page.tree.values().len() > MAX_NODES {
            self.passed.set(Some(("nodes", MAX_NODES)));
        }
        let depth = page.tree.nodes().next_back().map_or(0, |newest| newest.ancestors().take(MAX_DEPTH + 1).count());
        if depth > MAX_DEPTH {
            self.passed.set(Some(("levels of nesting", MAX_DEPTH)));
        }
    }
}

impl TokenSink for Bounded {
    type Handle = <HtmlTreeSink as TreeSink>::Handle;

    fn process_token(&self, token: Token, line_number: u64) -> TokenSinkResult<Self::Handle> {
        // A remark about bad markup is not progress: thousands may come from inside one unfinished tag.
        if matches!(token, Token::ParseError(_)) {
            return TokenSinkResult::Continue;
        }
        self.progressed.set(true);
        if let Token::TagToken(tag) = &token {
            self.note_tag(tag);
        }
        if self.passed.get().is_some() {
            return TokenSinkResult::Continue;
        }
        let asked = self.builder.process_token(token, line_number);
        self.note_growth();
        asked
    }

    fn end(&self) {
        if self.passed.get().is_none() {
            self.builder.end();
        }
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}
