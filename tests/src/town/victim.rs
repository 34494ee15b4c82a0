//! A process that may be killed: the binary `victim`, started on the files of one phone, one shop, or both.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use skilling_platform::clock::{Clock as _, ManualClock};
use skilling_protocol::values::PublicKey;

/// How to start one.
pub struct Victim {
    command: Command,
}

/// One that goes on, line by line.
pub struct Alive {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What was seen of it from outside.
#[derive(Debug)]
pub struct Ended {
    /// It came to its end by itself.
    pub is_done: bool,
    /// Whole lines that left it.
    pub lines: Vec<String>,
}

impl Victim {
    /// The binary at `path`, to do `what` with these folders.
    #[must_use]
    pub fn new(
        path: &str,
        what: &str,
        homes: &[&Path],
        root: PublicKey,
        clock: &ManualClock,
    ) -> Self {
        let mut command = Command::new(path);
        command.arg(what).arg(root.to_string());
        command.arg(clock.now().unix().to_string()).args(homes);
        command.env_remove("SKILLING_CRASH_AT");
        command.current_dir(homes[0]);
        Self { command }
    }

    /// The same under a limit on the size of every file it writes, in blocks of 512 bytes: its disk is full.
    #[must_use]
    pub fn with_full_disk(self, blocks: u64) -> Self {
        let mut command = Command::new("sh");
        // Without the signal, writing over the limit fails like writing to a full disk.
        let script = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" \"$@\"");
        command.arg("-c").arg(script);
        command
            .arg(self.command.get_program())
            .args(self.command.get_args());
        if let Some(folder) = self.command.get_current_dir() {
            command.current_dir(folder);
        }
        Self { command }
    }

    /// Dies at the named point.
    #[must_use]
    pub fn dies_at(mut self, point: &str) -> Self {
        self.command.env("SKILLING_CRASH_AT", point);
        self
    }

    /// Gives it lines to work on, and waits for its end.
    #[must_use]
    pub fn runs(self, lines: &[String]) -> Ended {
        let (child, stdin) = self.starts(lines);
        drop(stdin);
        ended(child)
    }

    /// Gives it lines to work on, and kills it (SIGKILL) after a while.
    #[must_use]
    pub fn is_killed_after(self, while_: Duration, lines: &[String]) -> Ended {
        let (mut child, stdin) = self.starts(lines);
        drop(stdin);
        std::thread::sleep(while_);
        child.kill().unwrap();
        ended(child)
    }

    /// Starts it, to be talked to.
    #[must_use]
    pub fn lives(self) -> Alive {
        let (mut child, input) = self.starts(&[]);
        let output = BufReader::new(child.stdout.take().unwrap());
        Alive {
            child,
            input,
            output,
        }
    }

    /// Starts it; it ends when its input does.
    #[must_use]
    pub fn starts(mut self, lines: &[String]) -> (Child, ChildStdin) {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        for line in lines {
            // It may be dead already.
            let _ = writeln!(stdin, "{line}");
        }
        (child, stdin)
    }
}

impl Alive {
    /// Gives it a line and waits for its answer.
    #[must_use]
    pub fn answers(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").unwrap();
        self.says()
    }

    /// Waits for a line.
    #[must_use]
    pub fn says(&mut self) -> String {
        let mut said = String::new();
        self.output.read_line(&mut said).unwrap();
        said.trim_end().to_owned()
    }

    /// There is space on its disk again.
    pub fn has_space_again(&self) {
        let pid = self.child.id().to_string();
        let raised = Command::new("prlimit")
            .args(["--pid", &pid, "--fsize=unlimited"])
            .status();
        assert!(raised.unwrap().success());
    }

    /// Its input ends, and so does it.
    pub fn ends(mut self) {
        drop(self.input);
        assert!(self.child.wait().unwrap().success());
    }
}

fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    Ended {
        is_done: output.status.success(),
        lines: whole.lines().map(str::to_owned).collect(),
    }
}
