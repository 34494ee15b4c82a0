//! Runs a test once more inside `scripts/with-pcscd`, so that each has a smart card service of its own.

use std::path::PathBuf;
use std::process::Command;

const INSIDE: &str = "SKILLING_TEST_BESIDE_PCSCD";

/// True outside, after the test has passed inside: there is nothing left to do.
///
/// Fails with the script's words where there is no such service to be had.
pub(crate) fn has_passed_inside(of: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    // `nfc::pair::the_test::of_this_test` is the test `pair::the_test`.
    let test = of.split_once("::").unwrap().1.rsplit_once("::").unwrap().0;
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/with-pcscd");
    let ran = Command::new(script)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let words = format!(
        "{}\n{}",
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(ran.status.success(), "{words}");
    assert!(words.contains("1 passed"), "{test} did not run:\n{words}");
    true
}

/// The first line of every test here.
macro_rules! beside_pcscd {
    () => {{
        fn of_this_test() {}
        fn name<T>(_: T) -> &'static str {
            std::any::type_name::<T>()
        }
        if $crate::beside_pcscd::has_passed_inside(name(of_this_test)) {
            return;
        }
    }};
}
pub(crate) use beside_pcscd;
