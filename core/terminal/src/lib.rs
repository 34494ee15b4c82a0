//! The terminal: requests, acceptance, durable store, receipts, deposits.
