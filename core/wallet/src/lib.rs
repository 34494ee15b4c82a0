//! The wallet: allowances, the life of one payment, sealed journal, sync, coverage forecast.
