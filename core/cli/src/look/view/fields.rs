//! Fields with their meaning: one value, from which JSON, text and differences are all made.

use skilling_protocol::values::{
    Amount, Categories, Currency, Decimals, Extensions, KeyProtection, Mcc, PublicKey, Seconds,
    Time,
};

use crate::look::words::money;
use crate::look::words::time::Sense;

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// As in the JSON.
    pub(crate) name: String,
    /// Its key in the object's map, where it has one of its own.
    pub(crate) key: Option<u64>,
    /// Names a person, a shop, a device or a payment: not fit for a ticket.
    pub(crate) is_private: bool,
    pub(crate) value: Value,
}

/// A value that knows its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Number(u64),
    /// Minor units; without a currency where the message does not say it.
    Money(Amount, Option<(Currency, Decimals)>),
    Currency(Currency),
    Time(Time, Sense),
    Duration(Seconds),
    Mcc(Mcc),
    /// Shown as hex.
    Bytes(Vec<u8>),
    Uuid([u8; 16]),
    Text(String),
    Word(&'static str),
    Flag(bool),
    /// A code of the registry, or one that a newer version knows.
    Reason(u32),
    List(Vec<Value>),
    Table(Vec<Field>),
}

impl Value {
    pub(crate) fn money(amount: Amount, currency: Currency) -> Self {
        Self::Money(amount, Some((currency, money::decimals(currency))))
    }

    pub(crate) fn key(key: &PublicKey) -> Self {
        Self::Bytes(key.as_bytes().to_vec())
    }

    pub(crate) fn moment(time: Time) -> Self {
        Self::Time(time, Sense::Moment)
    }

    pub(crate) fn end(time: Time) -> Self {
        Self::Time(time, Sense::End)
    }

    pub(crate) fn protection(protection: KeyProtection) -> Self {
        Self::Word(protection.name())
    }
}

/// Gathers the fields of one object, absent ones left out.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<Field>);

impl Fields {
    pub(crate) fn add(&mut self, key: u64, name: &str, value: Value) -> &mut Self {
        self.push(Some(key), name, false, value)
    }

    /// A field that does not belong into a ticket.
    pub(crate) fn private(&mut self, key: u64, name: &str, value: Value) -> &mut Self {
        self.push(Some(key), name, true, value)
    }

    /// A value that is computed, not carried.
    pub(crate) fn computed(&mut self, name: &str, value: Value) -> &mut Self {
        self.push(None, name, false, value)
    }

    pub(crate) fn categories(&mut self, key: u64, categories: Option<&Categories>) -> &mut Self {
        if let Some(list) = categories {
            let codes = list.as_slice().iter().map(|mcc| Value::Mcc(*mcc));
            self.add(key, "categories", Value::List(codes.collect()));
        }
        self
    }

    pub(crate) fn extensions(&mut self, extensions: &Extensions) -> &mut Self {
        if !extensions.entries().is_empty() {
            let mut table = Self::default();
            for (key, value) in extensions.entries() {
                table.push(None, &key.to_string(), true, Value::Bytes(value.clone()));
            }
            self.add(15, "extensions", Value::Table(table.done()));
        }
        self
    }

    pub(crate) fn push(
        &mut self,
        key: Option<u64>,
        name: &str,
        is_private: bool,
        value: Value,
    ) -> &mut Self {
        self.0.push(Field {
            name: name.to_owned(),
            key,
            is_private,
            value,
        });
        self
    }

    pub(crate) fn done(&mut self) -> Vec<Field> {
        std::mem::take(&mut self.0)
    }
}
