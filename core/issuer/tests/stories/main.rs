//! What people do, over HTTP against banks that really listen: one file a story. One program, so that it is linked once.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the stories share one program, and a story that cannot go on has failed"
)]

mod a_bank_grants_and_a_shop_is_paid;
mod a_bank_of_another_house;
mod a_cloned_phone_pays_two_shops;
mod a_till_burns_and_the_payer_still_pays;
mod a_till_renews_its_certificate;
mod an_allowance_ends;
mod an_operator_looks_after_it;
mod calls_are_repeated_and_refused;
mod the_books_always_balance;
mod town;
mod two_programs_share_a_home;
mod what_is_not_paid;
