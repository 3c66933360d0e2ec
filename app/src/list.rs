//! The shape of every list: `{data, has_more, next_cursor}`. A type each, so that the document names it.

// A macro, because the document knows no generic types: each list needs a name and a schema of its own.
macro_rules! list {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        $(#[$doc])*
        #[derive(serde::Serialize, utoipa::ToSchema)]
        pub(crate) struct $name {
            /// One page.
            data: Vec<$item>,
            /// Whether there is another page.
            has_more: bool,
            /// Send it as `cursor`, with the same filters, to get the next page.
            next_cursor: Option<String>,
        }

        impl $name {
            pub(crate) fn new(data: Vec<$item>, next_cursor: Option<String>) -> Self {
                Self { data, has_more: next_cursor.is_some(), next_cursor }
            }
        }
    };
}

pub(crate) use list;
