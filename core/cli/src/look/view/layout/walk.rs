//! Follows the bytes of a message from the first to the last, whatever they hold.
//!
//! It trusts nothing: every length is held against the bytes that are left, nesting is bounded, and what cannot be
//! followed becomes one run of bytes that says so. So the runs always tile the message.

use skilling_protocol::cbor::strict::{self, Head};
use skilling_protocol::message::MessageType;

use super::item::Place;
use super::{Says, Segment, names};
use crate::look::view::ObjectView;

/// Runs that are told apart. More are no help to anybody; a bundle could hold millions.
const MOST_SEGMENTS: usize = 1 << 16;
/// Messages inside messages: a deposit has evidence with tokens.
const DEEPEST_MESSAGE: usize = 4;
/// The parts of a signed object, in order.
const COSE: [&str; 4] = [
    "protected header",
    "unprotected header",
    "payload",
    "signature",
];

/// The CBOR header of a signature.
const SIGNATURE_HEAD: [u8; 2] = [0x58, 64];

/// Every run of the message, in order.
pub(super) fn message(bytes: &[u8], objects: &[ObjectView]) -> Vec<Segment> {
    let mut walk = Walk {
        bytes,
        objects,
        next: 0,
        segments: Vec::new(),
        path: Vec::new(),
        messages: 0,
    };
    let level = Level {
        level: 0,
        is_private: false,
    };
    walk.scope(0, bytes.len(), level, |walk| {
        walk.message(0, bytes.len(), 0)
    });
    walk.segments
}

pub(super) struct Walk<'a> {
    pub(super) bytes: &'a [u8],
    objects: &'a [ObjectView],
    /// The object of the view that comes next.
    next: usize,
    segments: Vec<Segment>,
    path: Vec<String>,
    /// Messages around the one that is walked.
    messages: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Level {
    pub(super) level: usize,
    pub(super) is_private: bool,
}

impl Level {
    pub(super) fn deeper(self) -> Self {
        Self {
            level: self.level.saturating_add(1),
            ..self
        }
    }
}

/// Where it goes on; or from where nothing can be followed.
pub(super) type Went = Result<usize, usize>;

impl<'a> Walk<'a> {
    /// Runs `walk` on a stretch and accounts for what it left.
    pub(super) fn scope(
        &mut self,
        from: usize,
        to: usize,
        level: Level,
        walk: impl FnOnce(&mut Self) -> Went,
    ) {
        debug_assert!(from <= to);
        match walk(self) {
            Ok(at) if at < to => self.unread(at, to, level, "bytes after the end"),
            Err(at) if at < to && self.is_full() => {
                self.unread(at, to, level, "beyond what is shown one by one");
            }
            Err(at) if at < to => self.unread(at, to, level, "cannot be followed"),
            _ => {}
        }
    }

    /// A whole message: the outer array, the type, the elements.
    fn message(&mut self, from: usize, to: usize, level: usize) -> Went {
        let array = self.head(from, to).filter(|it| it.major == 4).ok_or(from)?;
        let at = from.saturating_add(array.size);
        let number = self.head(at, to).filter(|it| it.major == 0).ok_or(from)?;
        let level = Level {
            level,
            is_private: false,
        };
        let kind = MessageType::from_number(number.argument);
        let opened = self.open(
            level,
            [0, array.size, 0],
            from,
            if level.level == 0 {
                "message"
            } else {
                kind.map_or("message", MessageType::name)
            },
            format!("array of {}", array.argument),
        );
        let inside = level.deeper();
        let name = kind.map_or("unknown".to_owned(), |it| it.name().to_owned());
        let says = Says::Structure(format!("{} {name}", number.argument));
        self.push(inside, [0, number.size, 0], at, "type", says);
        let elements = array.argument.saturating_sub(1);
        let went = self.elements(
            number.argument,
            elements,
            at.saturating_add(number.size),
            to,
            inside,
        );
        self.close(opened, went.unwrap_or(to));
        went
    }

    fn elements(&mut self, kind: u64, count: u64, mut at: usize, to: usize, level: Level) -> Went {
        let mut index = 0_usize;
        while (index as u64) < count {
            let head = self.head(at, to).filter(|_| !self.is_full()).ok_or(at)?;
            if head.major != 2 {
                // Only a refusal has a plain number here.
                let name = if kind == 0 { "code" } else { "element" };
                let code = self.objects.first().and_then(|it| it.fields.first());
                let value = code
                    .filter(|_| kind == 0 && self.messages == 0)
                    .map(|it| &it.value);
                let place = Place {
                    from: at,
                    key_bytes: 0,
                    level,
                    value,
                    table: "",
                    depth: 0,
                };
                at = self.item(place, to, name)?;
            } else {
                let (start, end) = content_here(head, at, to);
                self.element(kind, index, at, head.size, (start, end), level);
                at = end;
            }
            index = index.saturating_add(1);
        }
        Ok(at)
    }

    /// A byte string with an object or a message in it.
    fn element(
        &mut self,
        kind: u64,
        index: usize,
        at: usize,
        head: usize,
        (start, end): (usize, usize),
        level: Level,
    ) {
        let expected = names::element(kind, index);
        let name = expected.unwrap_or("element");
        let says = self.length(at, (start, end));
        let numbered = format!("{}:{name}", index.saturating_add(1));
        let opened = self.open(level, [0, head, 0], at, &numbered, says);
        if let Some(segment) = self.segments.get_mut(opened) {
            name.clone_into(&mut segment.name);
        }
        let inside = level.deeper();
        let majors = |walk: &Self| {
            let first = walk.head(start, end)?;
            let second = walk.head(start.saturating_add(first.size), end)?;
            Some((first.major, second.major))
        };
        match majors(self) {
            Some((4, 0)) if self.messages < DEEPEST_MESSAGE => {
                self.messages = self.messages.saturating_add(1);
                self.scope(start, end, inside, |walk| {
                    walk.message(start, end, inside.level)
                });
                self.messages = self.messages.saturating_sub(1);
            }
            Some((4, 2)) => {
                let object = self.take_object(start, end, opened);
                self.scope(start, end, inside, |walk| {
                    walk.signed(start, end, inside, name, object)
                });
            }
            Some((6, 4)) => {
                let object = self.take_object(start, end, opened);
                let tag = self.head(start, end).map_or(0, |it| it.size);
                self.push(
                    inside,
                    [0, tag, 0],
                    start,
                    "tag",
                    Says::Structure("COSE_Sign1".into()),
                );
                let start = start.saturating_add(tag);
                self.scope(start, end, inside, |walk| {
                    walk.signed(start, end, inside, "claims", object)
                });
            }
            _ => self.unread(start, end, inside, "neither an object nor a message"),
        }
        self.close(opened, end);
    }

    /// The object of the view that these bytes are, if they are one.
    fn take_object(&mut self, start: usize, end: usize, opened: usize) -> Option<&'a ObjectView> {
        let bytes = self.bytes.get(start..end)?;
        let object = self.objects.get(self.next)?;
        let is_it = object.parts.as_ref().is_none_or(|parts| {
            let end = [parts.payload.as_slice(), &SIGNATURE_HEAD, &parts.signature].concat();
            bytes.ends_with(&end)
        });
        if !is_it || object.bytes != bytes.len() {
            return None;
        }
        if let Some(segment) = self.segments.get_mut(opened) {
            segment.object = Some(self.next);
        }
        self.next = self.next.saturating_add(1);
        Some(object)
    }

    /// COSE_Sign1: two headers, the payload and the signature.
    fn signed(
        &mut self,
        from: usize,
        to: usize,
        level: Level,
        table: &'a str,
        object: Option<&'a ObjectView>,
    ) -> Went {
        let array = self.head(from, to).filter(|it| it.major == 4).ok_or(from)?;
        let says = format!("array of {}", array.argument);
        self.push(
            level,
            [0, array.size, 0],
            from,
            "COSE_Sign1",
            Says::Structure(says),
        );
        let mut at = from.saturating_add(array.size);
        for name in COSE {
            let head = self.head(at, to).ok_or(at)?;
            if head.major != 2 {
                let place = Place {
                    from: at,
                    key_bytes: 0,
                    level,
                    value: None,
                    table: name,
                    depth: 0,
                };
                at = self.item(place, to, name)?;
                continue;
            }
            let (start, end) = content_here(head, at, to);
            if name == "signature" {
                let is_private = true;
                let level = Level {
                    is_private,
                    ..level
                };
                let says = Says::Raw("r || s".into());
                self.push(
                    level,
                    [0, head.size, end.saturating_sub(start)],
                    at,
                    name,
                    says,
                );
            } else {
                let says = self.length(at, (start, end));
                let opened = self.open(level, [0, head.size, 0], at, name, says);
                let inside = Place {
                    from: start,
                    key_bytes: 0,
                    level: level.deeper(),
                    value: None,
                    table: if name == "payload" { table } else { name },
                    depth: 0,
                };
                let fields = object
                    .filter(|_| name == "payload")
                    .map(|it| it.fields.as_slice());
                self.scope(start, end, inside.level, |walk| {
                    walk.map_or_item(inside, end, fields)
                });
                self.close(opened, end);
            }
            at = end;
        }
        Ok(at)
    }

    /// How long a string is, and whether it was cut.
    fn length(&self, at: usize, (start, end): (usize, usize)) -> String {
        let here = end.saturating_sub(start);
        match self.head(at, end).map(|it| it.argument) {
            Some(promised) if promised > here as u64 => {
                format!("{promised} bytes, only {here} of them here")
            }
            _ => format!("{here} bytes"),
        }
    }

    /// Whether no more runs are told apart.
    pub(super) fn is_full(&self) -> bool {
        self.segments.len() >= MOST_SEGMENTS
    }

    /// The header at a place of which all that it promises can be there.
    pub(super) fn head(&self, at: usize, to: usize) -> Option<Head> {
        strict::head(self.bytes.get(at..to)?).ok()
    }

    pub(super) fn unread(&mut self, from: usize, to: usize, level: Level, why: &'static str) {
        let level = Level {
            is_private: true,
            ..level
        };
        let parts = [0, 0, to.saturating_sub(from)];
        self.push(level, parts, from, "(not read)", Says::Unread(why));
    }

    pub(super) fn push(
        &mut self,
        level: Level,
        parts: [usize; 3],
        offset: usize,
        name: &str,
        says: Says,
    ) {
        let mut path = self.path.join("/");
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(name);
        self.segments.push(Segment {
            offset,
            parts,
            whole_end: parts
                .iter()
                .fold(offset, |at, part| at.saturating_add(*part)),
            level: level.level,
            path,
            name: name.to_owned(),
            says,
            is_private: level.is_private,
            object: None,
        });
    }

    pub(super) fn open(
        &mut self,
        level: Level,
        parts: [usize; 3],
        offset: usize,
        name: &str,
        says: String,
    ) -> usize {
        let opened = self.segments.len();
        self.push(level, parts, offset, name, Says::Structure(says));
        self.path.push(name.to_owned());
        opened
    }

    pub(super) fn close(&mut self, opened: usize, end: usize) {
        self.path.pop();
        if let Some(segment) = self.segments.get_mut(opened) {
            segment.whole_end = segment.whole_end.max(end);
        }
    }
}

/// Where the content of a string begins and ends, if it is all there.
pub(super) fn content(head: Head, at: usize, to: usize) -> Option<(usize, usize)> {
    let start = at.checked_add(head.size)?;
    let end = start.checked_add(usize::try_from(head.argument).ok()?)?;
    (end <= to).then_some((start, end))
}

/// The same, and of what was cut as much as is there.
fn content_here(head: Head, at: usize, to: usize) -> (usize, usize) {
    content(head, at, to).unwrap_or((at.saturating_add(head.size).min(to), to))
}
