//! What papers and tables of a citizen's data say that no page says.

use crate::web::text::{Speaks, id};

/// The names of the columns of a table of the activity, as `Event::cells` fills them.
pub fn columns(voice: &impl Speaks) -> [String; 5] {
    [id("csv-when"), id("csv-what"), id("csv-device"), id("csv-network"), id("csv-unusual")].map(|name| voice.say(name))
}

/// By whom and when a paper was made.
pub fn made(voice: &impl Speaks, service: &str, authority: &str) -> String {
    let now = voice.when(&voice.voice().now);
    let args = [("service", service.into()), ("authority", authority.into()), ("when", now.into())];
    voice.compose(id("paper-made"), &args)
}

/// That there is more than a paper shows.
pub fn more(voice: &impl Speaks, shown: u32) -> String {
    voice.text_with("paper-more", "count", shown)
}

pub fn verified_title(voice: &impl Speaks) -> String {
    voice.text("data-verified")
}

pub fn mandates_title(voice: &impl Speaks) -> String {
    voice.text("data-mandates")
}
