//! Numbers as people read them: money, times, merchant categories.

pub(crate) mod mcc;
pub(crate) mod money;
pub(crate) mod time;
