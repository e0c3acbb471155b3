//! QR codes (ISO/IEC 18004) as pictures that need neither style nor script: one path of SVG.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// The light margin that the standard asks for, in modules.
const MARGIN: usize = 4;

/// The picture of `text`; `None` where it is too long for any code.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, modules) = (code.width(), code.to_colors());
    let size = width + 2 * MARGIN;
    let mut path = String::new();
    for (row, modules) in modules.chunks(width).enumerate() {
        for run in runs(modules) {
            // Writing to a text does not fail.
            let _ = write!(path, "M{} {}h{}v1h-{}z", run.start + MARGIN, row + MARGIN, run.len(), run.len());
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// Where dark modules stand side by side.
fn runs(modules: &[Color]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, _) in modules.iter().enumerate().filter(|(_, module)| **module == Color::Dark) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paints the path again, module by module.
    fn painted(svg: &str, size: usize) -> Vec<Color> {
        let mut modules = vec![Color::Light; size * size];
        let path = svg.rsplit_once("<path d=\"").unwrap().1.split_once('"').unwrap().0;
        for run in path.split('M').skip(1) {
            let (place, rest) = run.split_once('h').unwrap();
            let (x, y) = place.split_once(' ').unwrap();
            let length: usize = rest.split_once('v').unwrap().0.parse().unwrap();
            let start = y.parse::<usize>().unwrap() * size + x.parse::<usize>().unwrap();
            modules[start..start + length].fill(Color::Dark);
        }
        modules
    }

    #[test]
    fn the_picture_shows_the_code_inside_a_margin() {
        let text = "https://id.example/device?user_code=WDJB-MJHT";
        let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
        let (width, size) = (code.width(), code.width() + 2 * MARGIN);
        let painted = painted(&svg(text).unwrap(), size);
        for (at, module) in painted.iter().enumerate() {
            let (x, y) = ((at % size).checked_sub(MARGIN), (at / size).checked_sub(MARGIN));
            let own = match (x, y) {
                (Some(x), Some(y)) if x < width && y < width => code[(x, y)],
                _ => Color::Light,
            };
            assert_eq!(*module, own, "{at}");
        }
    }

    #[test]
    fn nothing_of_the_text_stands_in_the_picture() {
        let svg = svg("\"><script>").unwrap();
        assert!(!svg.contains("script"));
        assert_eq!(super::svg(&"x".repeat(5000)), None);
    }
}
