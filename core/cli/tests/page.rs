//! The page for a ticket, in a real browser: everything is on it, nothing in it runs or fetches but its own script.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on has failed

mod common;

use std::process::Command;

use common::{Scratch, own_message, own_vectors, run};

/// What a browser made of a page: its document after the script ran, and what the console said.
struct Rendered {
    dom: String,
    console: Vec<String>,
}

fn browser() -> &'static str {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok())
        .expect("no Chromium here: scripts/setup installs it")
}

fn render(page: &str) -> Rendered {
    let profile = tempfile::tempdir().unwrap();
    let ran = Command::new(browser())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("file://{page}"))
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&ran.stderr).into_owned();
    let dom = String::from_utf8(ran.stdout).unwrap();
    assert!(
        dom.contains("</html>"),
        "the browser made nothing of it: {log}"
    );
    Rendered {
        dom,
        console: log
            .lines()
            .filter(|it| it.contains("CONSOLE"))
            .map(str::to_owned)
            .collect(),
    }
}

/// Nothing was refused by the page's own policy and no script failed: both are said on the console.
fn assert_sound(rendered: &Rendered) {
    assert!(rendered.console.is_empty(), "{:?}", rendered.console);
    assert!(
        rendered.dom.contains("data-ready=\"yes\""),
        "its own script ran"
    );
}

/// Nothing on the page names anything to fetch; the name space of SVG is only a name.
fn assert_self_contained(page: &str) {
    let page = page.replace("http://www.w3.org/2000/svg", "");
    for forbidden in [
        " src=", " href=", "url(", "@import", "<link", "<iframe", "<img",
    ] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_token_on_a_page_has_its_code_fields_checks_and_bytes() {
    let token = own_message("a token");
    let scratch = Scratch::new();
    let (file, page) = (
        scratch.write("token.hex", &token),
        scratch.path("token.html"),
    );
    let ran = run(&["inspect", &file, "--html", &page]);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("payment_token"),
        "the text is written as well"
    );
    assert_self_contained(&std::fs::read_to_string(&page).unwrap());
    let rendered = render(&page);
    assert_sound(&rendered);
    for words in [
        "<svg",
        "version 13-M",
        "125.50 DKK",
        "secure_element",
        "object id",
        "UNVERIFIED",
        "SKIPPED",
        "holds under the device_key",
        "0010</b>",
        "Point at a field",
    ] {
        assert!(rendered.dom.contains(words), "{words} is not on the page");
    }
    // Every byte stands in an element that is linked to a row.
    let bytes = token.len() / 2;
    let hex = rendered
        .dom
        .split("class=\"hex\"")
        .nth(1)
        .unwrap()
        .split("class=\"here\"")
        .next()
        .unwrap();
    let shown = hex.split("<i data-s=").skip(1).map(|run| {
        run.split('>')
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .split_whitespace()
            .count()
    });
    assert_eq!(shown.sum::<usize>(), bytes);
}

#[test]
fn a_link_to_a_byte_shows_the_field_it_belongs_to() {
    let token = own_message("a token");
    let scratch = Scratch::new();
    let page = scratch.path("token.html");
    let shown = run(&["inspect", &token, "--bytes", "--json", "--html", &page]).json();
    let amount = shown["layout"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "amount")
        .unwrap();
    // Its second byte, so that not only the first one finds it.
    let rendered = render(&format!(
        "{page}#{}",
        amount["offset"].as_u64().unwrap() + 1
    ));
    assert_sound(&rendered);
    let kept: Vec<&str> = rendered.dom.split(" pin\"").skip(1).collect();
    assert_eq!(kept.len(), 1, "one row");
    assert!(
        kept[0]
            .split("</div>")
            .next()
            .unwrap()
            .contains("125.50 DKK")
    );
    let runs: Vec<&str> = rendered
        .dom
        .split("class=\"pin\">")
        .skip(1)
        .map(|it| it.split('<').next().unwrap())
        .collect();
    assert_eq!(runs.concat().replace(' ', ""), amount["hex"]);
    assert!(
        rendered
            .dom
            .contains("2:payment/payload/amount: 125.50 DKK"),
        "the line below says so"
    );
}

#[test]
fn a_broken_message_on_a_page_says_what_is_wrong_and_marks_the_byte() {
    let broken = own_message("a token with a byte after its payment");
    let scratch = Scratch::new();
    let page = scratch.path("broken.html");
    let ran = run(&["inspect", &broken, "--html", &page]);
    assert_eq!(ran.status, 1);
    let rendered = render(&page);
    assert_sound(&rendered);
    for words in ["REFUSED", "What is wrong", "= help:", "<em>"] {
        assert!(rendered.dom.contains(words), "{words}");
    }
    assert!(!rendered.dom.contains('\u{1b}'));
}

#[test]
fn text_from_a_message_or_a_file_name_never_becomes_part_of_the_page() {
    let bundle = own_message("a trust bundle");
    let (uri, evil) = (
        hex::encode("https://bank.example"),
        hex::encode("<script>alert()</scr"),
    );
    assert_eq!(uri.len(), evil.len());
    let scratch = Scratch::new();
    let file = scratch.write(
        "<img src=x onerror=alert()>'\".hex",
        bundle.replacen(&uri, &evil, 1),
    );
    let page = scratch.path("evil.html");
    assert_eq!(run(&["inspect", &file, "--html", &page]).status, 0);
    assert_self_contained(
        &std::fs::read_to_string(&page)
            .unwrap()
            .replace("&lt;img src=x", ""),
    );
    let rendered = render(&page);
    assert_sound(&rendered);
    assert!(rendered.dom.contains("&lt;script&gt;alert()"));
    assert!(!rendered.dom.contains("<script>alert") && !rendered.dom.contains("<img"));
}

#[test]
fn a_redacted_page_shows_neither_the_code_nor_a_secret() {
    let token = own_message("a token");
    let scratch = Scratch::new();
    let page = scratch.path("redacted.html");
    assert_eq!(
        run(&["inspect", &token, "--redact", "--html", &page]).status,
        0
    );
    let text = std::fs::read_to_string(&page).unwrap();
    let whole = run(&["inspect", &token, "--json"]).json();
    for object in whole["objects"].as_array().unwrap() {
        assert!(!text.contains(object["id"].as_str().unwrap()));
        for name in ["device_key", "merchant_id", "request_id", "id"] {
            if let Some(secret) = object["fields"][name].as_str() {
                assert!(!text.contains(secret), "{name}");
                // Nor as bytes: the first eight of it, as they would stand in the dump.
                let bytes: Vec<&str> = (0..8).map(|at| &secret[at * 2..at * 2 + 2]).collect();
                assert!(!text.contains(&bytes.join(" ")), "{name}");
            }
        }
    }
    assert!(!text.contains("<svg") && text.contains("125.50 DKK"));
}

#[test]
fn a_decision_on_a_page_has_every_rule_and_words_for_everybody() {
    let all = own_vectors("verify.json");
    let case = all.iter().find(|it| it["code"] == 18).unwrap();
    let scratch = Scratch::new();
    let page = scratch.path("decision.html");
    let write = |name: &str| scratch.write_hex(name, &case[name]);
    let arguments = [
        "verify".to_owned(),
        write("token"),
        "--request".into(),
        write("request"),
        "--trust".into(),
        write("trust"),
        "--root".into(),
        case["root"].as_str().unwrap().into(),
        "--now".into(),
        case["now"].to_string(),
        "--html".into(),
        page.clone(),
    ];
    assert_eq!(run(&arguments).status, 1);
    let rendered = render(&page);
    assert_sound(&rendered);
    for words in [
        "declined 18 over_limit",
        "cashier:",
        "payer:",
        "developer:",
        "25 inconsistent_history",
        "FAIL",
        "Bytes",
    ] {
        assert!(rendered.dom.contains(words), "{words}");
    }
}
