//! What the terminal says.

use skilling_terminal::TerminalError;

use super::make::{busy, info, no_randomness};
use super::storage::database;
use super::{CoreError, Missing, TillLacks};
use crate::ports::{Port, PortProblem};

impl From<TerminalError> for CoreError {
    fn from(error: TerminalError) -> Self {
        let detail = error.to_string();
        match error {
            TerminalError::Open(error) => error.into(),
            TerminalError::Busy => busy(),
            TerminalError::Storage(error) => database(&error),
            TerminalError::NoTrustBundle => Self::not_ready(
                "till.no_trust_bundle",
                &error,
                "Refresh, or take a bundle from a file.",
                TillLacks::TrustBundle,
            ),
            TerminalError::NoCertificate => Self::not_ready(
                "till.no_certificate",
                &error,
                "Take a certificate from the acquirer.",
                TillLacks::Certificate,
            ),
            TerminalError::CertificateNotValid => Self::not_ready(
                "till.certificate_not_valid",
                &error,
                "Renew.",
                TillLacks::ValidCertificate,
            ),
            TerminalError::UnknownAcquirer => Self::not_ready(
                "till.unknown_acquirer",
                &error,
                "Refresh; then ask the acquirer.",
                TillLacks::Acquirer,
            ),
            TerminalError::Clock => {
                Self::not_ready("till.clock", &error, "Set the time.", TillLacks::RightTime)
            }
            TerminalError::MadeByAnotherTill { terminal } => Self::MadeByAnotherTill {
                info: info(
                    "till.made_by_another",
                    "the request was made by another till",
                    "Do this there.",
                ),
                terminal_id: terminal.to_string(),
            },
            TerminalError::Key(fault) => {
                Self::port(Port::TerminalKeys, PortProblem::from_words(&fault.0))
            }
            TerminalError::Malformed(error) => error.into(),
            TerminalError::UnknownRoot => not_trusted("till.unknown_root", detail),
            TerminalError::StatusList(_) => not_trusted("till.status_list", detail),
            TerminalError::NoProof(_) => not_trusted("till.no_proof", detail),
            TerminalError::BadAnswer => not_trusted("till.bad_answer", detail),
            TerminalError::NoSuchPayment => Self::missing(Missing::Payment),
            TerminalError::NoSuchRequest => Self::missing(Missing::Request),
            TerminalError::NotAccepted => Self::NotAccepted {
                info: info("till.not_accepted", detail, "A declined payment is final."),
            },
            TerminalError::OtherAmount => Self::OtherAmount {
                info: info("till.other_amount", detail, "Show the amount again."),
            },
            TerminalError::NotPrinted => Self::NotPrinted {
                info: info("till.not_printed", detail, "Call accept."),
            },
            TerminalError::OutOfBounds(error) => Self::argument(error.what, error.why),
            TerminalError::NoRandomness(_) => no_randomness(),
        }
    }
}

fn not_trusted(code: &str, detail: String) -> CoreError {
    CoreError::NotTrusted {
        info: info(
            code,
            detail,
            "Discard it; if it came from a server, refresh.",
        ),
    }
}
