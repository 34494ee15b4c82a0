//! The story, a file for each part of it.

mod fraud;
mod grants;
mod groceries;
mod learned;
mod long_outage;
mod refusals;
mod settlement;

use serde_json::Value;

use super::Told;
use super::stage::Stage;
use super::town::{Phone, Town};

/// The people of the story.
struct People {
    /// Nordbank, held, kroner.
    anna: Phone,
    /// Fjordbank, at the bank's risk, kroner.
    bo: Phone,
    /// Fjordbank, held, kronor.
    saga: Phone,
    /// Nordbank, held: pays fifty small things.
    ella: Phone,
    /// Nordbank, held: her phone will be cloned.
    mille: Phone,
    /// A bank outside the scheme.
    ude: Phone,
}

/// Tells everything, and ends with what can be checked by a program.
pub(super) fn tell(stage: &mut Stage) -> Told<Value> {
    let mut town = Town::found(stage)?;
    stage.notice(format!(
        "Stores, servers, pictures, NFC commands and signatures are real. Played are the clock, moved by hand from {},",
        town.date()?
    ));
    stage.notice("the radio waves, and the phones' hardware: keys in files that claim to be in a secure element.");
    let people = grants::tell(stage, &mut town)?;
    groceries::the_network_goes(stage, &mut town, &people)?;
    groceries::by_picture(stage, &town, &people)?;
    groceries::by_tap(stage, &town, &people)?;
    refusals::a_category_opens(stage, &town, &people)?;
    refusals::in_words(stage, &town, &people)?;
    refusals::a_void(stage, &town, &people)?;
    let clone = fraud::tell(stage, &town, &people)?;
    let late = long_outage::tell(stage, &town, &people)?;
    let ending = settlement::tell(stage, &mut town, &people, &clone, late)?;
    learned::tell(stage, &town, &people)?;
    stage.ends();
    Ok(ending)
}
