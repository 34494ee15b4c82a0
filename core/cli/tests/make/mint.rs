//! Messages from a TOML.

use crate::common::{Ran, Scratch, run, run_with_input};

const KINDS: [&str; 17] = [
    "refusal",
    "payment_request",
    "payment_token",
    "receipt",
    "trust_bundle",
    "status_list",
    "fraud_proof",
    "evidence",
    "outage",
    "enrolment",
    "enrolled",
    "sync",
    "synced",
    "deposit",
    "deposited",
    "renewal",
    "renewed",
];

fn mint(toml: &str) -> Ran {
    run_with_input(&["mint", "-", "--json"], toml)
}

/// A set in a folder, and the arguments of the line that verifies it.
pub(crate) fn set(toml: &str, scratch: &Scratch) -> (String, Vec<String>) {
    let dir = scratch.path("set");
    let ran = run_with_input(&["mint", "-", "--set", &dir, "--json"], toml);
    let line = ran.json()["set"]["verify"].as_str().unwrap().to_owned();
    let words = line.split(' ').skip(1).map(str::to_owned).collect();
    (dir, words)
}

#[test]
fn every_example_mints_as_it_stands() {
    for kind in KINDS {
        let example = run(&["mint", "--example", kind]);
        let made = mint(&example.stdout).json();
        assert_eq!(made["decodes"], kind);
        // What an example says is what stands in order where nothing is said.
        let short = mint(&format!("kind = \"{kind}\"")).json();
        assert_eq!(made["message"], short["message"], "{kind}");
        assert_eq!(
            mint(&example.stdout).json(),
            made,
            "the same bytes every time"
        );
    }
}

#[test]
fn what_an_example_shows_as_comments_can_be_written() {
    let example = run(&["mint", "--example", "payment_token"]).stdout;
    // Optional fields stand as `# name = value`; in the lines on what is off, each is a table's.
    for line in example.lines().filter_map(|line| line.strip_prefix("# ")) {
        let Some((name, value)) = line.split_once(" = ") else {
            continue;
        };
        let table = match name {
            "reference" | "offline_since" => "request",
            "categories" | "extensions" => "allowance",
            "released" => "payment",
            _ => continue,
        };
        let ran = mint(&format!(
            "kind = \"payment_token\"\n[{table}]\n{name} = {value}\n"
        ));
        assert_eq!(ran.json()["decodes"], "payment_token", "{line}");
    }
    let off = example.lines().filter_map(|line| line.strip_prefix("#   "));
    let mut seen = 0;
    for line in off.filter(|line| line.contains(" = ") && !line.starts_with("amount")) {
        let whole = ["type", "drop", "add", "swap", "flip", "truncate"];
        let is_whole = whole.iter().any(|it| line.starts_with(it));
        let table = if is_whole { "off" } else { "payment.off" };
        let ran = mint(&format!(
            "kind = \"payment_token\"\n[{table}]\n{}\n",
            line.split("   ").next().unwrap()
        ));
        assert_eq!(ran.status, 0, "{line}: {}", ran.stderr);
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn a_set_is_verified_by_the_line_that_comes_with_it() {
    let scratch = Scratch::new();
    let (dir, words) = set("kind = \"payment_token\"", &scratch);
    let ran = run(&words);
    assert_eq!(ran.status, 0, "{}", ran.stdout);
    let file = std::fs::read_to_string(format!("{dir}/verify.txt")).unwrap();
    assert_eq!(file.trim(), format!("skilling {}", words.join(" ")));
}

#[test]
fn one_figure_off_is_declined_for_just_that() {
    for (toml, code) in [
        ("[payment]\namount = \"125.51\"", 15),
        ("[payment]\nsequence = 51", 19),
        ("[allowance]\nvalid_until = \"now\"", 8),
        ("[payment]\ntime = \"now+1h\"", 16),
        ("[payment.off]\nsignature = \"flipped\"", 10),
        ("[payment.off]\nleave_out = [\"time\"]", 1),
        ("[off]\nafter = \"00\"", 1),
    ] {
        let scratch = Scratch::new();
        let (_, mut words) = set(&format!("kind = \"payment_token\"\n{toml}"), &scratch);
        words.push("--json".into());
        let ran = run(&words);
        assert_eq!(ran.json()["code"], code, "{toml}");
    }
}

#[test]
fn two_payments_of_one_number_convict() {
    let scratch = Scratch::new();
    let (dir, _) = set("kind = \"fraud_proof\"", &scratch);
    let file = |name: &str| format!("{dir}/{name}");
    let (proof, trust, root) = (file("message.cbor"), file("trust.cbor"), file("root.hex"));
    let ran = run(&[
        "fraud-proof",
        &proof,
        "--trust",
        &trust,
        "--root",
        &root,
        "--json",
    ]);
    assert_eq!(ran.json()["kind"], "conflicting_payment", "{}", ran.stderr);
}

#[test]
fn it_is_written_in_every_form() {
    let scratch = Scratch::new();
    let toml = scratch.write("a.toml", "kind = \"payment_token\"");
    for name in ["a.png", "a.svg", "a.txt", "a.hex", "a.cbor"] {
        let path = scratch.path(name);
        assert_eq!(run(&["mint", &toml, "-o", &path]).status, 0);
        if name != "a.svg" {
            let kind = run(&["inspect", &path, "--json"]).json()["kind"].clone();
            assert_eq!(kind, "payment_token", "{name}");
        }
    }
    let diag = run(&["mint", &toml, "--to", "diag"]);
    assert!(diag.stdout.starts_with("[2, h'"), "{}", diag.stdout);
    let later = run(&["mint", &toml, "--now", "now", "--json"]).json();
    assert!(later["now"].as_u64().unwrap() > 1_700_000_000);
}

#[test]
fn a_private_key_is_refused_wherever_it_stands() {
    let sec1 = "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEE\\n-----END EC PRIVATE KEY-----";
    for toml in [
        format!("kind = \"receipt\"\n[receipt]\ntime = \"{sec1}\""),
        format!("kind = \"receipt\"\n# {sec1}"),
        format!("kind = \"receipt\"\nseed = \"{}\"", "1f".repeat(32)),
        format!("kind = \"receipt\"\nprivate_key = \"{}\"", "1f".repeat(32)),
        format!(
            "kind = \"receipt\"\n[allowance]\ndevice_key = \"{}\"",
            "1f".repeat(32)
        ),
        "kind = \"receipt\"\n[payment.off]\nkey_file = \"issuer.key\"".into(),
        "kind = \"receipt\"\n[jwk]\nkty = \"EC\"\nd = \"AAAA\"".into(),
    ] {
        let ran = mint(&toml);
        assert_eq!(ran.status, 2, "{toml}");
        let said = &ran.stderr;
        assert!(
            said.contains("private") || said.contains("looks like a key"),
            "{said}"
        );
        assert!(
            said.contains("= help: ") && !said.contains("1f1f1f"),
            "{said}"
        );
    }
}

#[test]
fn what_is_no_story_is_refused_with_its_line_and_what_to_do() {
    let kind = "kind = \"payment_token\"";
    let deep = format!(
        "{kind}\n[payment]\ntime = {}{}",
        "[".repeat(2_000),
        "]".repeat(2_000)
    );
    for (toml, what, line) in [
        ("", "does not say what to make", None),
        ("kind = \"token\"", "has no token", Some(1)),
        ("kind = 2", "the number 2", Some(1)),
        ("kind = \"payment_token", "this is no TOML", Some(1)),
        ("\u{1b}[31m = \u{7}", "this is no TOML", Some(1)),
        (
            "kind = \"payment_token\"\n[paiment]",
            "write payment",
            Some(2),
        ),
        (
            "kind = \"payment_token\"\n[payment]\namonut = 1",
            "write amount",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\namount = 1.5",
            "a number with a fraction",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\namount = 36893488147419103232",
            "fits no CBOR integer",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\namount = 999999999999999999999999999999999999999999999",
            "beyond 128 bits",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\namount = \"1,50\"",
            "is no amount",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\ntime = \"soon\"",
            "is no time",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\ntime = \"now-99999d\"",
            "is no time",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\nrequest_id = \"id:paiment\"",
            "has no paiment",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\nrequest_id = \"id:payment\"",
            "holds its own id",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\nrequest_id = \"xyz\"",
            "is no hex",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\namount = { filled = 999999999999 }",
            "16777217",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment]\namount = { text = 5 }",
            "another type than its name",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment.off]\nsigned_by = \"me\"",
            "nobody is called me",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment.off]\nleave_out = [\"tiem\"]",
            "write time",
            Some(3),
        ),
        (
            "kind = \"payment_token\"\n[payment.off]\nlonger = [\"released\"]",
            "cannot be made longer",
            None,
        ),
        (
            "kind = \"payment_token\"\n[off]\ndrop = 3",
            "there is no element 3",
            None,
        ),
        (
            "kind = \"payment_token\"\n[off]\nflip = 100000",
            "there is no byte 100000",
            None,
        ),
        (
            "kind = \"payment_token\"\n[off]\ntruncate = 100000",
            "more than there is",
            None,
        ),
        (
            "kind = \"status_list\"\n[status]\nentries = 99999999",
            "at most 16777216",
            None,
        ),
        (
            "kind = \"status_list\"\n[status]\nrevoked = [5000]",
            "beyond the list",
            None,
        ),
        (
            "kind = \"payment_token\"\nseed = \"\"",
            "1 to 64 bytes",
            Some(2),
        ),
        ("kind = \"payment_token\"\nnow = -5", "is no time", Some(2)),
        (&deep, "this is no TOML", Some(3)),
    ] {
        let ran = mint(toml);
        assert_eq!(ran.status, 2, "{toml}: {}", ran.stderr);
        assert!(ran.stderr.contains(what), "{toml}\n{}", ran.stderr);
        assert!(
            ran.stderr.contains("\n   = help: "),
            "{toml}\n{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
        if let Some(line) = line {
            let place = format!("--> standard input, line {line}");
            assert!(ran.stderr.contains(&place), "{toml}\n{}", ran.stderr);
        }
    }
}

#[test]
fn files_that_are_no_toml_are_named() {
    let scratch = Scratch::new();
    let folder = scratch.path("");
    let huge = scratch.write("huge.toml", "#".repeat(2 << 20));
    let bytes = scratch.write("token.cbor", [0x83, 2, 0xff]);
    let missing = scratch.path("missing.toml");
    for (path, status, what) in [
        (&folder, 3, "is a folder"),
        (&huge, 2, "no TOML for a message is over"),
        (&bytes, 2, "is no text"),
        (&missing, 3, "cannot open"),
    ] {
        let ran = run(&["mint", path]);
        assert_eq!(ran.status, status, "{}", ran.stderr);
        assert!(ran.stderr.contains(what), "{}", ran.stderr);
    }
    let toml = scratch.write("a.toml", "kind = \"receipt\"");
    assert_eq!(run(&["mint", &toml, "--set", &huge]).status, 3);
    assert_eq!(run(&["mint", &toml, "-o", &folder]).status, 3);
}

#[test]
fn a_story_spoilt_at_random_is_minted_or_refused_in_words() {
    let example = run(&["mint", "--example", "payment_token"]).stdout;
    let lines: Vec<&str> = example.lines().collect();
    // The same at each run: a small generator of our own is enough to choose lines.
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let values = [
        "-1",
        "\"\"",
        "[]",
        "{}",
        "true",
        "1979-05-27",
        "1e400",
        "[[1]]",
        "\"now+4294967295s\"",
        "\"key:root\"",
        "\"id:second\"",
        "{ cbor = \"ff\" }",
        "{ filled = 70000 }",
        "{ uint = -1 }",
        "\"\\u001b[2J\"",
    ];
    let mut minted = 0;
    for _ in 0..120 {
        let mut toml: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
        for _ in 0..=next(3) {
            let at = next(toml.len());
            match (next(4), toml[at].split_once(" = ")) {
                (0, _) => toml[at].clear(),
                (1, _) => toml.insert(
                    at,
                    lines[next(lines.len())]
                        .trim_start_matches(['#', ' '])
                        .to_owned(),
                ),
                (_, Some((name, _))) if !name.starts_with('#') => {
                    toml[at] = format!("{name} = {}", values[next(values.len())]);
                }
                _ => {}
            }
        }
        let ran = mint(&toml.join("\n"));
        minted += usize::from(ran.status == 0);
        let in_words = ran.status == 2 && ran.stderr.contains("= help: ");
        assert!(
            ran.status == 0 || in_words,
            "{}\n{}",
            toml.join("\n"),
            ran.stderr
        );
        assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    }
    assert!((10..110).contains(&minted), "{minted}");
}
