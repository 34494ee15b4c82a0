//! Numbers as people read them: money, times, merchant categories; and text that fits a page.

pub(crate) mod mcc;
pub(crate) mod money;
pub(crate) mod time;
pub(crate) mod wrap;
