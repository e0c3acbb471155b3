//! Papers that people take away: PDF, with the letters of every language that the pages speak, and tagged so that a screen
//! reader reads it in order (PDF 1.7 §14.8).
//!
//! | file | what it does |
//! |---|---|
//! | [`fit`] | what a font holds, how wide a word is, where a line ends |
//! | [`set`] | what stands where on which page |

mod fit;
mod set;

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag, Tag, TagGroup, TagTree};
use krilla::text::{Font, TextDirection};

use fit::{Fonts, Weight};
use set::{Piece, Role};

/// What a paper says.
#[derive(Clone, Debug)]
pub struct Paper {
    /// BCP 47.
    pub language: &'static str,
    pub title: String,
    /// Below the title: whose it is, who made it and when.
    pub lead: Vec<String>,
    pub sections: Vec<Section>,
    /// At the foot of every page, before its number.
    pub foot: String,
    /// When it was made: a calendar date and a time of day, in UTC.
    pub made: jiff::civil::DateTime,
}

#[derive(Clone, Debug, Default)]
pub struct Section {
    pub title: String,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A name and its value, side by side.
    Fact { name: String, value: String },
    /// A sentence, and its circumstances below it.
    Line { said: String, about: String },
    /// A sentence by itself.
    Note(String),
}

#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("a font of the paper cannot be read")]
    Font,
    #[error("the paper has no size")]
    Size,
    #[error("the paper cannot be written: {0}")]
    Written(#[from] krilla::error::KrillaError),
}

impl Paper {
    /// The paper's bytes.
    ///
    /// # Errors
    /// Where a font or the writer fails, which is a defect.
    pub fn render(&self) -> Result<Vec<u8>, PdfError> {
        let fonts = Fonts::load()?;
        let pages = set::pages(self, &fonts);
        let mut document = Document::new();
        document.set_metadata(self.metadata());
        let mut tree = TagTree::new().with_lang(Some(self.language.to_owned()));
        let mut open: Option<(usize, TagGroup)> = None;
        let count = pages.len();
        for (number, pieces) in pages.into_iter().enumerate() {
            let settings = PageSettings::from_wh(set::WIDTH, set::HEIGHT).ok_or(PdfError::Size)?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for piece in &pieces {
                let tagged = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                draw(&mut surface, piece, &fonts);
                surface.end_tagged();
                // The lines of one paragraph, also where it goes on over the page, are one group.
                match &mut open {
                    Some((paragraph, group)) if *paragraph == piece.paragraph => group.push(tagged),
                    _ => {
                        if let Some((_, done)) = open.take() {
                            tree.push(done);
                        }
                        let mut group = group(piece.role);
                        group.push(tagged);
                        open = Some((piece.paragraph, group));
                    }
                }
            }
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer)));
            for piece in set::foot(&self.foot, number + 1, count, &fonts) {
                draw(&mut surface, &piece, &fonts);
            }
            surface.end_tagged();
            surface.finish();
            page.finish();
        }
        if let Some((_, done)) = open {
            tree.push(done);
        }
        document.set_tag_tree(tree);
        Ok(document.finish()?)
    }

    fn metadata(&self) -> Metadata {
        let byte = |value: i8| u8::try_from(value).unwrap_or(0);
        let made = DateTime::new(u16::try_from(self.made.year()).unwrap_or(0))
            .month(byte(self.made.month()))
            .day(byte(self.made.day()))
            .hour(byte(self.made.hour()))
            .minute(byte(self.made.minute()))
            .second(byte(self.made.second()))
            .utc_offset_hour(0);
        Metadata::new()
            .title(self.title.clone())
            .language(self.language.to_owned())
            .creator("SenID".to_owned())
            .creation_date(made)
    }
}

fn group(role: Role) -> TagGroup {
    let level = |level: u16| std::num::NonZeroU16::new(level).unwrap_or(std::num::NonZeroU16::MIN);
    match role {
        Role::Title => TagGroup::new(Tag::Hn(level(1), None)),
        Role::Section => TagGroup::new(Tag::Hn(level(2), None)),
        Role::Text => TagGroup::new(Tag::P),
    }
}

fn draw(surface: &mut Surface<'_>, piece: &Piece, fonts: &Fonts) {
    let [red, green, blue] = piece.ink;
    let fill =
        Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, rule: Default::default() };
    surface.set_fill(Some(fill));
    let font: Font = fonts.of(piece.weight).font.clone();
    let at = Point::from_xy(piece.x, piece.y);
    surface.draw_text(at, font, piece.size, &piece.text, false, TextDirection::LeftToRight);
}

/// What the text of a piece is drawn with.
const REGULAR: Weight = Weight::Regular;
const STRONG: Weight = Weight::Strong;

#[cfg(test)]
mod tests;
