//! One run of somebody else's program: bounded in time and in what it may say.

use std::io::{ErrorKind, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::escape::shown;
use crate::status::Failure;

/// More than this of its words is not kept.
const MOST_WORDS: usize = 1 << 20;
/// How long what it started in turn may keep its outputs open after it has ended.
const GRACE: Duration = Duration::from_secs(1);

/// What came of it.
#[derive(Debug)]
pub(super) struct Ended {
    /// `None` where it was stopped for taking too long.
    pub(super) status: Option<ExitStatus>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

/// Runs a command to its end, or to the end of our patience.
///
/// # Errors
/// It cannot be started at all: then nothing else can.
pub(super) fn run(words: &[String], patience: Duration) -> Result<Ended, Failure> {
    let (program, arguments) = words
        .split_first()
        .ok_or_else(|| Failure::usage("the command is empty"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            let action = match error.kind() {
                ErrorKind::NotFound => {
                    "give its path, like ./my-terminal, or put its folder on the PATH"
                }
                ErrorKind::PermissionDenied => "make it executable: chmod +x",
                _ => "run it by hand once",
            };
            Failure::file(format!(
                "cannot start {}: {error}\n   = help: {action}",
                shown(program)
            ))
        })?;
    let (stdout, stderr) = (listen(child.stdout.take()), listen(child.stderr.take()));
    let status = wait(&mut child, patience)?;
    let until = Instant::now() + GRACE;
    Ok(Ended {
        status,
        stdout: stdout.heard(until),
        stderr: stderr.heard(until),
    })
}

fn wait(child: &mut Child, patience: Duration) -> Result<Option<ExitStatus>, Failure> {
    let failed = |error: std::io::Error| Failure::file(format!("the command was lost: {error}"));
    let (start, mut pause) = (Instant::now(), Duration::from_millis(1));
    loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            return Ok(Some(status));
        }
        if start.elapsed() >= patience {
            // It may have ended by itself in this very moment.
            let _ = child.kill();
            child.wait().map_err(failed)?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// What a stream has said so far.
struct Heard {
    words: Arc<Mutex<Vec<u8>>>,
    listener: Option<thread::JoinHandle<()>>,
}

fn listen(stream: Option<impl Read + Send + 'static>) -> Heard {
    let words = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&words);
    let listener = stream.map(|mut stream| {
        thread::spawn(move || {
            let mut buffer = [0; 8_192];
            // What goes past the bound is read and forgotten, so that the program does not wait for us.
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let room = MOST_WORDS.saturating_sub(kept.len()).min(count);
                kept.extend(buffer.iter().take(room));
            }
        })
    });
    Heard { words, listener }
}

impl Heard {
    /// All of it, where the stream is closed in time; else what has come.
    fn heard(self, until: Instant) -> Vec<u8> {
        let is_done = || self.listener.as_ref().is_none_or(|it| it.is_finished());
        while !is_done() && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *words)
    }
}
