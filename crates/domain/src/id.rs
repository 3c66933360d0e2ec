//! Ids, one type per noun.
//!
//! Promises: an id of one noun never passes for that of another. Ids that leave the process are UUIDs;
//! ids that are members of a due set are bigints and stay inside. Never makes an id: that takes chance.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = <$inner as std::str::FromStr>::Err;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A tenant.
    TenantId, Uuid
);
id!(
    /// A person.
    UserId, Uuid
);
id!(
    /// A session of a person, as lists call it; it opens nothing.
    SessionId, Uuid
);
id!(
    /// An API key of a tenant, as lists call it; it opens nothing.
    KeyId, Uuid
);
id!(
    /// A watch of a tenant.
    WatchId, Uuid
);
id!(
    /// An alert of a watch.
    AlertId, Uuid
);
id!(
    /// A channel of a user.
    ChannelId, Uuid
);
id!(
    /// An invitation to a tenant.
    InvitationId, Uuid
);
id!(
    /// A letter to a person.
    LetterId, Uuid
);
id!(
    /// A target: one question to an operator.
    TargetId, i64
);
id!(
    /// A sailing.
    SailingId, i64
);
id!(
    /// A recorded change.
    ChangeId, i64
);
id!(
    /// A delivery.
    DeliveryId, i64
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_displays() {
        let watch = WatchId(Uuid::from_u128(7));
        assert_eq!(watch.to_string().parse(), Ok(watch));
        assert_eq!("42".parse(), Ok(TargetId(42)));
        assert!("x".parse::<TargetId>().is_err());
        assert_eq!(serde_json::to_string(&TargetId(42)).unwrap(), "42");
    }
}
