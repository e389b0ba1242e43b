//! Selects the layers that a process loads, by the categories of the application and of the layer.

use crate::terms::Categories;

/// Returns whether an application with some categories loads a layer with others.
///
/// An application without categories loads every layer. Any other loads a layer that has at least one category, has only
/// categories of the application, and has `LSP_SYSTEM` if the application has it ([`Categories::permits`]). So a layer without
/// categories is loaded into no application that has some. The note on the documentation's page ("Categorizing layered service
/// providers and apps") alone would allow it, but the example there does not, and neither does Windows.
pub const fn permits(application: Categories, layer: Categories) -> bool {
    application.is_empty() || application.permits(layer)
}

#[cfg(test)]
mod tests {
    use super::{Categories, permits};

    const LAYERS: [Categories; 4] = [
        Categories::SYSTEM,
        Categories::empty(),
        Categories::FIREWALL,
        Categories::SYSTEM.union(Categories::FIREWALL).union(Categories::CRYPTO_COMPRESS).union(Categories::INSPECTOR),
    ];

    fn loaded(application: Categories) -> Vec<usize> {
        (1..).zip(LAYERS).filter(|&(_, layer)| permits(application, layer)).map(|(number, _)| number).collect()
    }

    /// Of the four layers in the documentation's example, `Foo.exe` loads the first alone and `Bar.exe` the third.
    #[test]
    fn the_example_of_the_documentation_holds() {
        let bar = Categories::FIREWALL | Categories::CRYPTO_COMPRESS;
        assert_eq!(loaded(bar | Categories::SYSTEM), [1]);
        assert_eq!(loaded(bar), [3]);
    }

    #[test]
    fn an_application_without_categories_loads_every_layer() {
        assert_eq!(loaded(Categories::empty()), [1, 2, 3, 4]);
    }

    #[test]
    fn a_layer_without_categories_is_in_no_application_that_has_some() {
        for bit in 0..32 {
            let application = Categories::from_bits_retain(1 << bit);
            assert!(!permits(application, Categories::empty()), "{application}");
        }
    }

    #[test]
    fn the_bit_without_a_name_counts_like_the_others() {
        let windows_10 = Categories::from_bits_retain(0x4000_0000);
        assert!(permits(windows_10, windows_10));
        assert!(!permits(windows_10, windows_10 | Categories::INSPECTOR));
        assert!(!permits(windows_10, Categories::SYSTEM));
    }
}
