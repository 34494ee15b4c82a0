//! Writes the Swift file, C header and module map: `uniffi-bindgen-swift LIBRARY DIR`.

fn main() {
    uniffi::uniffi_bindgen_swift();
}
