//! What a browser says of itself, in the two words that its owner would use.

use super::text::{Speaks, id};

/// A browser and the system it runs on, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Device {
    pub browser: Option<&'static str>,
    pub system: Option<&'static str>,
}

/// Order matters: each of these names itself beside the names of those below it.
const BROWSERS: [(&str, &str); 10] = [
    ("CocCoc", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("YaBrowser", "Yandex"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

impl Device {
    /// From a `User-Agent` header (RFC 9110 §10.1.5). It is the browser's word, good for recognising one's own and for nothing else.
    pub fn from_user_agent(header: &str) -> Self {
        let find = |table: &[(&str, &'static str)]| {
            table.iter().find(|(mark, _)| header.contains(mark)).map(|(_, name)| *name)
        };
        Self { browser: find(&BROWSERS), system: find(&SYSTEMS) }
    }

    pub fn name(&self, voice: &impl Speaks) -> String {
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => {
                voice.compose(id("device-both"), &[("browser", browser.into()), ("system", system.into())])
            }
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => voice.text("device-unknown"),
        }
    }

    pub fn is_handheld(&self) -> bool {
        matches!(self.system, Some("Android" | "iPhone" | "iPad"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_by_its_own_name_not_by_those_it_imitates() {
        let known = [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0",
                Some("Edge"),
                Some("Windows"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
                Some("Chrome"),
                Some("Android"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                Some("Safari"),
                Some("iPhone"),
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", Some("Firefox"), Some("Linux")),
            ("curl/8.9", None, None),
        ];
        for (header, browser, system) in known {
            assert_eq!(Device::from_user_agent(header), Device { browser, system }, "{header}");
        }
    }
}
