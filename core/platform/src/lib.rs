//! What wallet, terminal and issuer all need of the machine below: clock, transport, SQLite, randomness, software keys.
