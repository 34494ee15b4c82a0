//! What a message weighs, in parts that add up, and on every way it can travel: for people.

use std::fmt::Write as _;

use skilling_protocol::message::MessageType;

use super::MessageView;
use super::size::{self, QrSize};
use super::text::{NAMES, row};
use crate::output::{HEADING, paint};

/// The section at the end of a view.
pub(super) fn sizes(text: &mut String, view: &MessageView) {
    let _ = writeln!(text, "\n{}", paint(HEADING, "size"));
    for object in &view.objects {
        let Some(parts) = &object.parts else {
            weight(text, object.kind, object.bytes, "");
            continue;
        };
        let signature = parts.signature.len();
        let rest = object
            .bytes
            .saturating_sub(parts.payload.len())
            .saturating_sub(signature);
        let detail = format!(
            " = fields {} + signature {signature} + COSE {rest}",
            parts.payload.len()
        );
        weight(text, object.kind, object.bytes, &detail);
    }
    weight(text, "arrays and lengths", view.framing(), "");
    weight(text, "in all", view.bytes, "bytes");
    travel(text, view);
}

fn weight(text: &mut String, name: &str, bytes: usize, detail: &str) {
    let line = format!("  {name:<18} {bytes:>6} {detail}");
    let _ = writeln!(text, "{}", line.trim_end());
}

fn travel(text: &mut String, view: &MessageView) {
    let qr = QrSize::of(view.bytes);
    let version = |version: Option<usize>, level| {
        version.map_or_else(
            || format!("too large at {level}"),
            |it| format!("version {it}-{level}"),
        )
    };
    let never = matches!(
        view.kind,
        MessageType::TrustBundle | MessageType::StatusList
    );
    let way = if never {
        "never travels as a code".into()
    } else {
        format!(
            "{} characters: {}, {}",
            qr.characters,
            version(qr.version_m, 'M'),
            version(qr.version_l, 'L')
        )
    };
    row(text, NAMES, "as a QR code", &way);
    let nfc = if size::goes_by_nfc(view.kind) {
        format!(
            "{} block(s) of at most 255 bytes",
            size::nfc_blocks(view.bytes)
        )
    } else {
        "never goes over NFC".into()
    };
    row(text, NAMES, "over NFC", &nfc);
}
