//! The operator's colours as the pages take them, once every pair that stands on each other can be read.

use crate::config;
use crate::web::theme::{Colour, ContrastFault, Palette, Theme};

/// The pages' theme.
///
/// # Errors
/// Every pair whose contrast is less than WCAG 2.2 AA asks, among them the shades that are mixed from the settings.
pub fn theme(settings: &config::Theme) -> Result<Theme, Vec<ContrastFault>> {
    let palette = |from: &config::Palette, shipped: Palette| Palette {
        ink: colour(from.ink, shipped.ink),
        paper: colour(from.paper, shipped.paper),
        surface: colour(from.surface, shipped.surface),
        accent: colour(from.accent, shipped.accent),
        done: colour(from.done, shipped.done),
        care: colour(from.care, shipped.care),
    };
    let shipped = Theme::default();
    let theme = Theme { light: palette(&settings.light, shipped.light), dark: palette(&settings.dark, shipped.dark) };
    let faults = theme.check_contrast();
    if faults.is_empty() { Ok(theme) } else { Err(faults) }
}

/// Both write a colour as `#rrggbb`, so the shipped one never has to stand in.
fn colour(from: config::Colour, shipped: Colour) -> Colour {
    from.to_string().parse().unwrap_or(shipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_defaults_are_the_pages() {
        assert_eq!(theme(&config::Theme::default()), Ok(Theme::default()));
    }

    #[test]
    fn a_shade_that_is_mixed_from_the_settings_must_be_readable_too() {
        let mut settings = config::Theme::default();
        // As ink it just passes; the text of less weight that is mixed from it does not.
        settings.light.ink = config::Colour(0x70, 0x70, 0x70);
        let faults = theme(&settings).unwrap_err();
        assert!(faults.iter().any(|fault| fault.foreground == "muted"), "{faults:?}");
    }
}
