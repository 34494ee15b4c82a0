//! The operations that have a floor, each in turns with its floor and with a store that has a long past. `scripts/bench`
//! runs this and makes the table.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::VecDeque;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, SamplingMode};
use skilling_protocol::message::Expected as _;
use skilling_tests::speed::floor::Floor;
use skilling_tests::speed::phone::Phone;
use skilling_tests::speed::shop::{Payer, Shop};
use skilling_tests::speed::table::{FLOOR, LONG_PAST, OURS};
use skilling_tests::speed::{Asker, OPERATIONS, PAST, past};

/// One measured step: prepares, then gives how long the operation alone took.
type Step = Box<dyn FnMut() -> Duration>;

fn main() {
    // Not /tmp: that is memory on some machines, and the disk is half of what is measured.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    past::of_phone(&folder.path().join("old-phone"), PAST);
    past::of_shop(&folder.path().join("old-shop"));
    // So little time for so many samples that each is one run: a median over single runs is not moved by the few that the
    // machine interrupts.
    let mut criterion = Criterion::default()
        .sample_size(300)
        .nresamples(2_000)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .without_plots()
        .configure_from_args();
    for operation in OPERATIONS {
        measure(&mut criterion, operation.name, folder.path());
    }
    criterion.final_summary();
}

fn measure(criterion: &mut Criterion, operation: &str, folder: &Path) {
    let new = folder.join(operation);
    let (old_phone, old_shop) = (folder.join("old-phone"), folder.join("old-shop"));
    let (ours, bare, long_past): (Step, fn(&mut Floor), Step) = match operation {
        "wallet_pay" => (
            pay(Phone::new(&new)),
            Floor::pay,
            pay(Phone::reopen(&old_phone)),
        ),
        "wallet_review_to_token" => (
            review_to_token(Phone::new(&new)),
            Floor::review_to_token,
            review_to_token(Phone::reopen(&old_phone)),
        ),
        "terminal_accept_new" => (
            accept_new(Shop::new(&new)),
            Floor::accept_new,
            accept_new(Shop::reopen(&old_shop)),
        ),
        _ => (
            accept_known(Shop::new(&new)),
            Floor::accept_known,
            accept_known(Shop::reopen(&old_shop)),
        ),
    };
    let mut floor = Floor::new(&new.join("floor"));
    let floor: Step = Box::new(move || timed(|| bare(&mut floor)));
    let mut turns = Turns::of([ours, floor, long_past]);
    let mut group = criterion.benchmark_group(operation);
    group.sampling_mode(SamplingMode::Flat);
    for (who, name) in [OURS, FLOOR, LONG_PAST].into_iter().enumerate() {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| (0..count).map(|_| turns.next(who)).sum());
        });
    }
}

/// Steps that are always run one after the other, so that a busy moment of the machine or its disk meets all of them.
/// Criterion measures one function at a time: what the others took meanwhile is kept until they are asked.
struct Turns {
    steps: [Step; 3],
    /// What each took, and how long that whole turn was.
    kept: [VecDeque<(Duration, Duration)>; 3],
}

impl Turns {
    fn of(steps: [Step; 3]) -> Self {
        Self {
            steps,
            kept: Default::default(),
        }
    }

    fn next(&mut self, who: usize) -> Duration {
        if let Some((took, turn)) = self.kept[who].pop_front() {
            // Criterion plans by the clock on the wall: a kept result takes as long as a fresh one.
            std::thread::sleep(turn);
            return took;
        }
        let start = Instant::now();
        let took = self.steps.each_mut().map(|step| step());
        let turn = start.elapsed();
        for (other, kept) in self.kept.iter_mut().enumerate() {
            if other != who {
                kept.push_back((took[other], turn));
            }
        }
        took[who]
    }
}

/// From agreed request to token in hand.
fn pay(phone: Phone) -> Step {
    let asker = Asker::default();
    Box::new(move || {
        let authorised = phone.agrees(&asker.asks().encode());
        timed(|| phone.wallet.pay(&authorised).unwrap())
    })
}

/// From the request's bytes to token in hand; the payer agrees in no time.
fn review_to_token(phone: Phone) -> Step {
    let asker = Asker::default();
    Box::new(move || {
        let request = asker.asks().encode();
        timed(|| phone.pays(&request))
    })
}

/// From the token's bytes to the receipt in hand, under an allowance never seen.
fn accept_new(shop: Shop) -> Step {
    Box::new(move || {
        let token = Payer::default().pays(&shop.asks());
        timed(|| shop.accepts(&token))
    })
}

/// The same under an allowance that paid here before.
fn accept_known(shop: Shop) -> Step {
    let mut payer = Payer::default();
    let _ = shop.accepts(&payer.pays(&shop.asks()));
    Box::new(move || {
        let token = payer.pays(&shop.asks());
        timed(|| shop.accepts(&token))
    })
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let done = work();
    let took = start.elapsed();
    black_box(done);
    took
}
