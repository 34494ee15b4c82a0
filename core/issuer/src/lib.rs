//! Reference issuer, acquirer and scheme: enrolment, grants, reconciliation, ledger, status lists, HTTP.
