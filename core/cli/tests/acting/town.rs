//! A bank that really serves on this machine, in a scratch folder in which everybody has a home.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{Ran, skilling};

pub(crate) struct Town {
    folder: TempDir,
    bank: Option<Child>,
    others: Vec<Child>,
    pub(crate) url: String,
}

impl Town {
    /// A bank that serves, one till of a grocery, and Asta's wallet with 2000.00 DKK.
    pub(crate) fn new() -> Self {
        let mut town = Self::with_bank();
        town.till("till");
        town.wallet("asta", &[]);
        town.serves_well();
        town
    }

    /// A bank that serves, and nobody else.
    pub(crate) fn with_bank() -> Self {
        let mut town = Self {
            folder: tempfile::tempdir().unwrap(),
            bank: None,
            others: Vec::new(),
            url: String::new(),
        };
        town.ok(&["issuer", "init", "--home", "bank"]);
        town.serve();
        town
    }

    pub(crate) fn till(&self, home: &str) {
        let key = self.ok(&[
            "terminal",
            "init",
            "--home",
            home,
            "--root",
            "bank/root.hex",
            "--acquirer",
            &self.url,
        ]);
        let key = key["terminal_key"].as_str().unwrap().to_owned();
        let added = self.ok(&[
            "issuer",
            "merchant",
            "add",
            "--home",
            "bank",
            "--name",
            "Netto Torvegade, København",
            "--mcc",
            "5411",
            "--country",
            "DK",
            "--terminal-key",
            &key,
        ]);
        assert_eq!(added["id"].as_str().unwrap().len(), 16);
        let certificate = added["merchant"].as_str().unwrap();
        self.ok(&["terminal", "certificate", "--home", home, certificate]);
        self.ok(&["terminal", "sync", "--home", home]);
    }

    pub(crate) fn wallet(&self, home: &str, more: &[&str]) {
        let added = self.ok(&[
            "issuer",
            "customer",
            "add",
            "--home",
            "bank",
            "--name",
            home,
            "--currency",
            "DKK",
            "--funding",
            "held",
            "--amount",
            "5000",
        ]);
        let code = added["enrolment_code"].as_str().unwrap();
        let mut enrol = vec![
            "wallet",
            "enrol",
            "--home",
            home,
            "--server",
            &self.url,
            "--root",
            "bank/root.hex",
            "--code",
            code,
        ];
        enrol.extend(more);
        self.ok(&enrol);
        let synced = self.ok(&[
            "wallet",
            "sync",
            "--home",
            home,
            "--want",
            "2000",
            "--currency",
            "DKK",
        ]);
        assert_eq!(synced["granted"].as_array().unwrap().len(), 1);
    }

    /// Starts the bank's server in a process of its own.
    pub(crate) fn serve(&mut self) {
        let (bank, url) = self.serving("bank");
        self.url = url;
        self.bank = Some(bank);
    }

    /// Starts another bank's server; gives its address.
    pub(crate) fn serve_another(&mut self, home: &str) -> String {
        let (bank, url) = self.serving(home);
        self.others.push(bank);
        url
    }

    fn serving(&self, home: &str) -> (Child, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_skilling"))
            .args([
                "issuer",
                "serve",
                "--home",
                home,
                "--listen",
                "127.0.0.1:0",
                "--json",
            ])
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        (child, told["url"].as_str().unwrap().to_owned())
    }

    /// Stops the server as a service manager does, and says whether it left in good order.
    pub(crate) fn stop(&mut self) -> bool {
        let mut child = self.bank.take().unwrap();
        let asked = Command::new("kill").arg(child.id().to_string()).status();
        assert!(asked.unwrap().success());
        child.wait().unwrap().success()
    }

    fn serves_well(&mut self) {
        let running = self.bank.as_mut().unwrap().try_wait().unwrap();
        assert!(running.is_none(), "the server stopped");
    }

    /// Runs a command in the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(
            skilling()
                .current_dir(self.folder.path())
                .args(arguments)
                .output()
                .unwrap(),
        )
    }

    /// Runs a command at a time.
    pub(crate) fn run_at(&self, time: &str, arguments: &[&str]) -> Ran {
        Ran::from(
            skilling()
                .current_dir(self.folder.path())
                .env("SKILLING_CLOCK", time)
                .args(arguments)
                .output()
                .unwrap(),
        )
    }

    /// A command that must go well; gives its JSON.
    pub(crate) fn ok(&self, arguments: &[&str]) -> Value {
        self.json(arguments, 0)
    }

    /// A command that must end with a status; gives its JSON.
    pub(crate) fn json(&self, arguments: &[&str], status: i32) -> Value {
        let mut with_json = arguments.to_vec();
        with_json.push("--json");
        let ran = self.run(&with_json);
        assert_eq!(
            ran.status, status,
            "{arguments:?}\n{}\n{}",
            ran.stdout, ran.stderr
        );
        ran.json()
    }

    /// Starts a command and does not wait for it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_skilling"))
            .args(arguments)
            .current_dir(self.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// A request as a picture; gives its id.
    pub(crate) fn request(&self, amount: &str, picture: &str) -> String {
        let made = self.ok(&[
            "terminal", "request", "--home", "till", amount, "-o", picture,
        ]);
        made["request_id"].as_str().unwrap().to_owned()
    }

    /// The token for a picture of a request, as a picture; gives the payment's id.
    pub(crate) fn pay(&self, home: &str, request: &str, token: &str) -> String {
        let paid = self.ok(&[
            "wallet", "pay", "--home", home, request, "--yes", "-o", token,
        ]);
        paid["payment_id"].as_str().unwrap().to_owned()
    }

    /// What is left of Asta's allowance, in minor units.
    pub(crate) fn remaining(&self, home: &str) -> u64 {
        let status = self.ok(&["wallet", "status", "--home", home]);
        status["allowances"][0]["remaining"].as_u64().unwrap()
    }

    /// The books of the bank, which sum to zero.
    pub(crate) fn books(&self) -> Value {
        let report = self.ok(&["issuer", "report", "--home", "bank"]);
        for it in report["currencies"].as_array().unwrap() {
            let accounts = it["accounts"].as_object().unwrap();
            let sum: i64 = accounts.values().map(|it| it.as_i64().unwrap()).sum();
            assert_eq!((sum, it["sum"].as_i64()), (0, Some(0)), "{it}");
        }
        report
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        for mut child in self.bank.take().into_iter().chain(self.others.drain(..)) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
