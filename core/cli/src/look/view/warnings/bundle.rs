//! What is odd about a trust bundle itself.

use super::Found;
use crate::look::view::ObjectView;
use crate::look::view::fields::{Field, Value};

pub(super) fn look(found: &mut Found, bundle: &ObjectView) {
    let policies: Vec<&str> = match bundle.value("policies") {
        Some(Value::Table(policies)) => policies.iter().map(|it| it.name.as_str()).collect(),
        _ => Vec::new(),
    };
    for kind in ["issuers", "acquirers"] {
        let entries = match bundle.value(kind) {
            Some(Value::List(entries)) => entries.as_slice(),
            _ => &[],
        };
        if entries.is_empty() {
            found.add(
                "none_listed",
                bundle.place(kind),
                "nobody is listed: nothing can be paid",
            );
        }
        for (number, entry) in (1..).zip(entries) {
            if let Value::Table(fields) = entry {
                let place = format!("{}[{number}]", bundle.place(kind));
                self::entry(found, &place, fields, &policies);
            }
        }
    }
}

fn entry(found: &mut Found, place: &str, fields: &[Field], policies: &[&str]) {
    let value = |name: &str| fields.iter().find(|it| it.name == name).map(|it| &it.value);
    if value("suspended") == Some(&Value::Flag(true)) {
        found.add(
            "suspended",
            format!("{place}.suspended"),
            "payments under this key are refused",
        );
    }
    let Some(Value::List(currencies)) = value("currencies") else {
        return;
    };
    for currency in currencies {
        if let Value::Currency(currency) = currency
            && !policies.contains(&currency.numeric().to_string().as_str())
        {
            let words = format!("there is no policy for {currency}: nothing can be paid in it");
            found.add("no_policy", format!("{place}.currencies"), words);
        }
    }
}
