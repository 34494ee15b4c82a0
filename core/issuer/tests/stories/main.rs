//! What people do, over HTTP against banks that really listen: one file a story. One program, so that it is linked once.

#![allow(unreachable_pub, reason = "the stories share one program")]

mod a_bank_grants_and_a_shop_is_paid;
mod town;
