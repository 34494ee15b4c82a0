//! Names of merchant category codes (ISO 18245): the ones that matter for offline payments in shops.

use skilling_protocol::values::Mcc;

const NAMES: [(u16, &str); 48] = [
    (4111, "local passenger transport"),
    (4112, "passenger railways"),
    (4121, "taxis"),
    (4131, "bus lines"),
    (4784, "tolls and bridge fees"),
    (4789, "transport services"),
    (4814, "telecommunication services"),
    (4900, "electricity, gas, water"),
    (5200, "home supply stores"),
    (5211, "building materials"),
    (5251, "hardware stores"),
    (5261, "garden supplies"),
    (5311, "department stores"),
    (5331, "variety stores"),
    (5399, "general merchandise"),
    (5411, "grocery stores, supermarkets"),
    (5422, "butchers, frozen food"),
    (5441, "confectioners"),
    (5451, "dairy products"),
    (5462, "bakeries"),
    (5499, "food stores, convenience stores"),
    (5511, "car dealers"),
    (5533, "car parts"),
    (5541, "service stations"),
    (5542, "automated fuel dispensers"),
    (5651, "family clothing"),
    (5661, "shoe stores"),
    (5691, "clothing stores"),
    (5712, "furniture"),
    (5722, "household appliances"),
    (5732, "electronics"),
    (5734, "computer software"),
    (5812, "restaurants"),
    (5813, "bars"),
    (5814, "fast food"),
    (5912, "pharmacies"),
    (5921, "wine and spirits"),
    (5941, "sporting goods"),
    (5942, "bookshops"),
    (5943, "stationery"),
    (5977, "cosmetics"),
    (5983, "fuel dealers"),
    (5994, "newsagents and kiosks"),
    (6011, "cash machines"),
    (7011, "hotels"),
    (7523, "parking"),
    (8011, "doctors"),
    (8062, "hospitals"),
];

/// The name of a category, where this table has it.
pub(crate) fn name(mcc: Mcc) -> Option<&'static str> {
    NAMES
        .binary_search_by_key(&mcc.code(), |row| row.0)
        .ok()
        .and_then(|at| NAMES.get(at))
        .map(|row| row.1)
}

/// `5411 (grocery stores, supermarkets)`.
pub(crate) fn shown(mcc: Mcc) -> String {
    match name(mcc) {
        Some(name) => format!("{mcc} ({name})"),
        None => mcc.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_of_the_table_is_found() {
        assert!(NAMES.iter().zip(&NAMES[1..]).all(|(a, b)| a.0 < b.0));
        for (code, its_name) in NAMES {
            assert_eq!(name(Mcc::new(code).unwrap()), Some(its_name));
        }
        assert_eq!(shown(Mcc::new(742).unwrap()), "0742");
    }
}
