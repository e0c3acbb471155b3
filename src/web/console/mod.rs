//! The administration's pages: `/admin` and what lies below. One frame and one template; a page is a list of blocks, which the
//! files here make of what the flows found: a table, a definition list, a chart, a form that says what it will do.

pub mod chart;
mod field;

use askama::Template;

use super::layout::{Form, Layout};
use super::text::{Moment, Speaks, TextId, Voice, id};
use chart::Chart;
pub use field::{Field, FieldKind, Wrong};

/// Where in the administration somebody is. The order is the menu's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Overview,
    Applications,
    Approvals,
    Citizens,
    Organisations,
    Corrections,
    Duplicates,
    Roles,
    Keys,
    Deliveries,
    Streams,
    Audit,
    Statistics,
    Settings,
    Health,
    Api,
}

impl Section {
    pub const ALL: [Self; 16] = [
        Self::Overview,
        Self::Applications,
        Self::Approvals,
        Self::Citizens,
        Self::Organisations,
        Self::Corrections,
        Self::Duplicates,
        Self::Roles,
        Self::Keys,
        Self::Deliveries,
        Self::Streams,
        Self::Audit,
        Self::Statistics,
        Self::Settings,
        Self::Health,
        Self::Api,
    ];

    pub const fn path(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Applications => "/admin/applications",
            Self::Approvals => "/admin/approvals",
            Self::Citizens => "/admin/citizens",
            Self::Organisations => "/admin/organisations",
            Self::Corrections => "/admin/corrections",
            Self::Duplicates => "/admin/duplicates",
            Self::Roles => "/admin/roles",
            Self::Keys => "/admin/keys",
            Self::Deliveries => "/admin/deliveries",
            Self::Streams => "/admin/streams",
            Self::Audit => "/admin/audit",
            Self::Statistics => "/admin/statistics",
            Self::Settings => "/admin/settings",
            Self::Health => "/admin/health",
            Self::Api => "/admin/api/try",
        }
    }

    pub fn name(self) -> TextId {
        match self {
            Self::Overview => id("console-overview"),
            Self::Applications => id("console-applications"),
            Self::Approvals => id("console-approvals"),
            Self::Citizens => id("console-citizens"),
            Self::Organisations => id("console-organisations"),
            Self::Corrections => id("console-corrections"),
            Self::Duplicates => id("console-duplicates"),
            Self::Roles => id("console-roles"),
            Self::Keys => id("console-keys"),
            Self::Deliveries => id("console-deliveries"),
            Self::Streams => id("console-streams"),
            Self::Audit => id("console-audit"),
            Self::Statistics => id("console-statistics"),
            Self::Settings => id("console-settings"),
            Self::Health => id("console-health"),
            Self::Api => id("api-title"),
        }
    }
}

/// What all pages of one person have in common.
#[derive(Clone, Debug)]
pub struct Frame {
    pub layout: Layout,
    /// What their roles open.
    pub sections: Vec<Section>,
    /// How many corrections wait.
    pub waiting: usize,
    /// How much waits for a second person.
    pub approvals: usize,
    /// What every page says while the break-glass account is open.
    pub alarm: Option<String>,
    /// Looks for whatever is typed: what somebody is looked for by never stands in an address.
    pub search: Form,
}

/// A page of the administration.
#[derive(Clone, Debug, Template)]
#[template(path = "console/page.html")]
pub struct Console {
    pub layout: Layout,
    pub sections: Vec<Section>,
    pub waiting: usize,
    pub approvals: usize,
    pub alarm: Option<String>,
    pub search: Form,
    pub here: Section,
    pub title: String,
    pub lead: Option<String>,
    /// The list that this page was opened from.
    pub back: Option<Link>,
    /// What can be begun here.
    pub action: Option<Link>,
    /// What was just done.
    pub notice: Option<String>,
    /// Why something was not done.
    pub problem: Option<String>,
    /// The same in the words of the rules (English).
    pub exact: Vec<String>,
    /// What was looked for.
    pub query: String,
    pub blocks: Vec<Block>,
}

impl Frame {
    /// A page without blocks.
    pub fn page(self, here: Section, title: String) -> Console {
        let Self { layout, sections, waiting, approvals, alarm, search } = self;
        let (lead, back, action, notice, problem) = (None, None, None, None, None);
        let (exact, query, blocks) = (Vec::new(), String::new(), Vec::new());
        Console {
            layout,
            sections,
            waiting,
            approvals,
            alarm,
            search,
            here,
            title,
            lead,
            back,
            action,
            notice,
            problem,
            exact,
            query,
            blocks,
        }
    }

    /// The page of a section.
    pub fn section(self, here: Section) -> Console {
        let title = self.layout.say(here.name());
        self.page(here, title)
    }

    /// The way back to a section, from a page below it.
    pub fn back_to(&self, section: Section) -> Option<Link> {
        self.sections
            .contains(&section)
            .then(|| Link { text: self.layout.say(section.name()), href: section.path().to_owned() })
    }
}

impl Console {
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    fn is_here(&self, section: &Section) -> bool {
        *section == self.here
    }

    /// What waits there.
    fn count(&self, section: &Section) -> usize {
        match section {
            Section::Corrections => self.waiting,
            Section::Approvals => self.approvals,
            _ => 0,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Link {
    pub text: String,
    pub href: String,
}

#[derive(Clone, Debug)]
pub enum Block {
    Tiles(Vec<Tile>),
    /// Other views of the same list.
    Views(Vec<View>),
    Filter(Filter),
    Table(Table),
    /// A table that is opened by whoever looks for what is in it.
    Folded(Table),
    Facts(Facts),
    Changes(Changes),
    Chart(Box<Chart>),
    Act(Box<Act>),
    Links(Vec<Link>),
    Empty(Empty),
    Note(String),
    /// What comes from the OpenAPI document: English in every language.
    Foreign(String),
    /// Of what nothing is there, in a line.
    Nothing {
        heading: String,
        says: String,
    },
    /// A file, or what a program said.
    Code(Code),
}

/// What is written as programs write it, to be read and copied.
#[derive(Clone, Debug)]
pub struct Code {
    pub id: String,
    pub heading: String,
    pub says: Vec<String>,
    pub text: String,
}

/// A figure at a glance.
#[derive(Clone, Debug)]
pub struct Tile {
    pub label: String,
    pub value: String,
    pub beside: Option<String>,
    /// The points of its line.
    pub spark: Option<String>,
    pub href: Option<String>,
}

#[derive(Clone, Debug)]
pub struct View {
    pub text: String,
    pub href: String,
    pub here: bool,
}

/// A form that only asks: what it asks for stands in the address.
#[derive(Clone, Debug)]
pub struct Filter {
    pub action: &'static str,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Table {
    pub title: Option<String>,
    /// What its rows are, for those who do not see where it stands.
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// Where the next rows are.
    pub next: Option<String>,
    /// Where the first ones are, on any page but theirs.
    pub first: Option<String>,
}

#[derive(Clone, Debug)]
pub enum Cell {
    Text(String),
    /// What the row is of.
    Name {
        text: String,
        small: Option<String>,
        href: Option<String>,
    },
    Badge(Badge),
    Number(String),
    /// What is written as programs write it.
    Code(String),
    /// A part of the whole in hundredths, and the figure.
    Share {
        hundredths: u64,
        text: String,
    },
    Act(Box<Act>),
    /// English in every language.
    Foreign(String),
}

#[derive(Clone, Debug)]
pub struct Badge {
    pub text: String,
    pub tone: Tone,
}

/// How something stands; the word says it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Done,
    Care,
    Alarm,
    Plain,
}

impl Tone {
    fn class(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Care => "careful",
            Self::Alarm => "alarm",
            Self::Plain => "plain",
        }
    }
}

/// What is known of one thing.
#[derive(Clone, Debug)]
pub struct Facts {
    pub heading: String,
    pub rows: Vec<(String, Cell)>,
}

/// What a request would change.
#[derive(Clone, Debug)]
pub struct Changes {
    pub heading: String,
    pub rows: Vec<Change>,
}

#[derive(Clone, Debug)]
pub struct Change {
    pub name: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// A form that does something.
#[derive(Clone, Debug)]
pub struct Act {
    /// The button's, which tests press.
    pub id: String,
    pub heading: Option<String>,
    /// What will happen, and to how many.
    pub says: Vec<String>,
    pub form: Form,
    pub hidden: Vec<(&'static str, String)>,
    pub fields: Vec<Field>,
    pub button: String,
    /// What the button is about, for those who hear buttons alone.
    pub about: Option<String>,
    pub weight: Weight,
    /// For who thinks better of it.
    pub cancel: Option<Link>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Light,
    Grave,
}

#[derive(Clone, Debug)]
pub struct Empty {
    pub title: String,
    pub next: String,
    pub link: Option<Link>,
}

impl Act {
    /// A form with no more than its button, which stands out; the rest is added with `..`.
    pub fn button(id: &str, form: Form, button: String) -> Self {
        Self {
            id: id.to_owned(),
            heading: None,
            says: Vec::new(),
            form,
            hidden: Vec::new(),
            fields: Vec::new(),
            button,
            about: None,
            weight: Weight::Grave,
            cancel: None,
        }
    }

    pub fn block(self) -> Block {
        Block::Act(Box::new(self))
    }

    fn is_grave(&self) -> bool {
        self.weight == Weight::Grave
    }
}

impl Cell {
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn name(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self::Name { text: text.into(), small: None, href: Some(href.into()) }
    }

    /// What stands out, and leads nowhere.
    pub fn name_alone(text: impl Into<String>) -> Self {
        Self::Name { text: text.into(), small: None, href: None }
    }

    pub fn badge(text: String, tone: Tone) -> Self {
        Self::Badge(Badge { text, tone })
    }
}

/// A whole number as the language writes it.
pub fn number(voice: &Voice, number: u64) -> String {
    voice.number(&number.to_string())
}

/// A moment as a table shows it, from microseconds since the Unix epoch.
pub fn moment(layout: &Layout, micros: i64) -> String {
    layout.when(&Moment::from_micros(micros))
}
