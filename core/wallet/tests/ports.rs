//! The reference implementations of the ports keep their contracts, and the suite notices one that does not.

mod common;

use std::sync::atomic::{AtomicBool, Ordering};

use common::{Scheme, block_on};
use skilling_wallet::conformance;
use skilling_wallet::ports::{GuardError, Mark, RollbackGuard};
use skilling_wallet::software::{FileGuard, FileVault, SoftwareKeys};

#[test]
fn the_software_ports_keep_their_contracts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let keys = SoftwareKeys::new(path.join("keys"), Scheme::new().clock).unwrap();
    block_on(conformance::device_keys(&keys)).unwrap();
    conformance::key_vault(&|| Box::new(FileVault::new(path.join("vault")))).unwrap();
    conformance::rollback_guard(&|| Box::new(FileGuard::new(path.join("guard")))).unwrap();
}

#[test]
fn a_guard_that_forgets_is_found_out() {
    struct Forgetful(AtomicBool);
    impl RollbackGuard for Forgetful {
        fn read(&self) -> Result<Option<Mark>, GuardError> {
            let digest = [1; 32];
            let kept = Mark { counter: 1, digest };
            Ok(self.0.load(Ordering::SeqCst).then_some(kept))
        }
        fn advance(&self, _: &Mark) -> Result<(), GuardError> {
            self.0.store(true, Ordering::SeqCst);
            Ok(())
        }
    }
    let broken = conformance::rollback_guard(&|| Box::new(Forgetful(AtomicBool::new(false))));
    assert_eq!(broken.unwrap_err().broken, "the mark outlives a restart");
}

#[test]
fn a_damaged_guard_file_is_a_fault_and_no_new_wallet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guard");
    std::fs::write(&path, b"short").unwrap();
    assert!(matches!(
        FileGuard::new(&path).read(),
        Err(GuardError::Fault(_))
    ));
}
