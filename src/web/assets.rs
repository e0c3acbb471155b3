//! Static files, compiled in. Each is served at a path that names its content, so a browser may keep it for ever.

use std::sync::LazyLock;

/// One static file.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    pub bytes: &'static [u8],
    pub content_type: &'static str,
    /// The entity tag, with its quotes (RFC 9110 §8.8.3).
    pub etag: &'static str,
}

/// For `Cache-Control`, on every answer that [`find`] gave: another content has another path.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The static file that is served at `path` (`/static/senid.….css`).
pub fn find(path: &str) -> Option<Asset> {
    FILES.iter().find(|file| file.path == path).map(|file| file.asset)
}

/// Where the file `name` is served. A name that does not exist is a fault of a template, which the tests find.
pub fn path(name: &str) -> &'static str {
    FILES.iter().find(|file| file.name == name).map_or("/static/missing", |file| file.path)
}

struct File {
    name: &'static str,
    path: &'static str,
    asset: Asset,
}

impl File {
    /// What another static file, which lies in the same folder wherever that is, calls it.
    fn beside(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Fonts come before the style sheets, whose `url(name)` become the fonts' paths.
static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let mut files: Vec<File> = Vec::new();
    for (name, content_type, bytes) in SOURCES {
        let bytes: &'static [u8] = match std::str::from_utf8(bytes) {
            Ok(css) if content_type == CSS => {
                let with_paths = files.iter().fold(css.to_owned(), |css, file| {
                    css.replace(&format!("url({})", file.name), &format!("url({})", file.beside()))
                });
                if name == WHOLE_CSS {
                    files.push(file(SIGN_IN_CSS, CSS, dense(&of_sign_in(&with_paths)).into_bytes().leak()));
                }
                dense(&with_paths).into_bytes().leak()
            }
            Ok(script) if content_type == SCRIPT => without_comments(script).into_bytes().leak(),
            _ => bytes,
        };
        files.push(file(name, content_type, bytes));
    }
    files
});

const WHOLE_CSS: &str = "senid.css";
/// The style sheet of the sign-in pages, which have nothing of the account's and show nothing that is shared: on the slowest line these
/// come first.
const SIGN_IN_CSS: &str = "sign-in.css";

/// What stands in the style sheet between one of these remarks and the next blank line is other pages' alone.
const OF_OTHER_PAGES: [&str; 3] = ["/* Other pages */\n", "/* Account */\n", "/* What is shared */\n"];

fn of_sign_in(css: &str) -> String {
    OF_OTHER_PAGES.iter().fold(css.to_owned(), |css, remark| match css.split_once(remark) {
        Some((before, after)) => {
            let rest = after.split_once("\n\n").map_or("", |(_, rest)| rest);
            format!("{before}{rest}")
        }
        None => css,
    })
}

/// A style sheet without its remarks, and without the white space that only people need. What stands in quotation marks stays.
fn dense(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut quoted = false;
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        let after = &rest[next.len_utf8()..];
        match next {
            '"' => quoted = !quoted,
            '/' if !quoted && after.starts_with('*') => {
                rest = after.split_once("*/").map_or("", |(_, after)| after);
                continue;
            }
            ' ' | '\n' if !quoted => {
                rest = after;
                // Before a colon a space means something: any element, of this kind.
                if !out.is_empty() && !out.ends_with([' ', '{', '}', ';', ',', ':']) {
                    out.push(' ');
                }
                continue;
            }
            '{' | '}' if !quoted => {
                let needless: &[char] = if next == '}' { &[' ', ';'] } else { &[' '] };
                out.truncate(out.trim_end_matches(needless).len());
            }
            _ => {}
        }
        out.push(next);
        rest = after;
    }
    out
}

/// Whole lines of remarks, and what stands before a line's first word, are for whoever reads the source.
fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The leaks are bounded: once a file, for as long as the program runs.
fn file(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> File {
    let hash = fingerprint(bytes);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    let etag = format!("\"{hash}\"").leak();
    File { name, path: format!("/static/{stem}.{hash}.{extension}").leak(), asset: Asset { bytes, content_type, etag } }
}

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const WOFF2: &str = "font/woff2";

const SOURCES: [(&str, &str, &[u8]); 15] = [
    ("be-vietnam-pro-400.woff2", WOFF2, include_bytes!("static/fonts/be-vietnam-pro-400.woff2")),
    ("be-vietnam-pro-600.woff2", WOFF2, include_bytes!("static/fonts/be-vietnam-pro-600.woff2")),
    ("lotus.svg", SVG, include_bytes!("static/lotus.svg")),
    ("pond.svg", SVG, include_bytes!("static/pond.svg")),
    ("portal.svg", SVG, include_bytes!("static/portal.svg")),
    ("senid.css", CSS, include_bytes!("static/senid.css")),
    ("portal.css", CSS, include_bytes!("static/portal.css")),
    ("console.css", CSS, include_bytes!("static/console.css")),
    ("sign-in.js", SCRIPT, include_bytes!("static/sign-in.js")),
    ("webauthn.js", SCRIPT, include_bytes!("static/webauthn.js")),
    ("web-eid.js", SCRIPT, include_bytes!("static/web-eid.js")),
    ("signature.js", SCRIPT, include_bytes!("static/signature.js")),
    ("check-session.js", SCRIPT, include_bytes!("static/check-session.js")),
    ("signing-out.js", SCRIPT, include_bytes!("static/signing-out.js")),
    ("form-post.js", SCRIPT, include_bytes!("static/form-post.js")),
];

/// Names a content in 16 hexadecimal digits (FNV-1a, 64 bits). For caches only: it keeps no one from forging.
pub(super) fn fingerprint(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_at_its_own_path_and_nowhere_else() {
        for (name, content_type, _) in SOURCES {
            let asset = find(path(name)).unwrap();
            assert_eq!(asset.content_type, content_type);
            assert!(path(name).contains(asset.etag.trim_matches('"')));
        }
        for elsewhere in ["/static/senid.css", "/static/", "/static/../mod.rs", "senid.css", ""] {
            assert!(find(elsewhere).is_none(), "{elsewhere}");
        }
    }

    #[test]
    fn style_sheets_fetch_nothing_but_files_that_are_served_here() {
        for name in ["senid.css", "portal.css"] {
            let css = std::str::from_utf8(find(path(name)).unwrap().bytes).unwrap();
            assert!(!css.contains("@import") && !css.contains("//"), "{name}");
            let urls: Vec<&str> = css.split("url(").skip(1).filter_map(|rest| rest.split(')').next()).collect();
            assert!(!urls.is_empty());
            for url in urls {
                assert!(find(&format!("/static/{url}")).is_some(), "{name}: {url}");
            }
        }
    }

    #[test]
    fn the_sign_in_pages_style_sheet_is_the_whole_one_but_for_what_other_pages_show() {
        let text = |name: &str| std::str::from_utf8(find(path(name)).unwrap().bytes).unwrap();
        let (whole, part) = (text("senid.css"), text(SIGN_IN_CSS));
        for rule in [".ring{", ".asked{", ".date{"] {
            assert!(whole.contains(rule) && !part.contains(rule), "{rule}");
        }
        assert!(part.len() + 2500 < whole.len(), "{} of {}", part.len(), whole.len());
        for rule in [".field", ".primary", ".problem", ".method", "@media (max-width:720px)", "prefers-reduced-motion"]
        {
            assert!(part.contains(rule), "{rule}");
        }
    }

    #[test]
    fn scripts_lose_their_remarks_and_nothing_else() {
        let script = "// One.\nconst a = \"//b\"; // stays\n\n  if (a) {\n    // Two.\n    go();\n  }\n";
        assert_eq!(without_comments(script), "const a = \"//b\"; // stays\nif (a) {\ngo();\n}\n");
    }

    #[test]
    fn style_sheets_lose_their_remarks_and_their_spaces_and_nothing_else() {
        let css = "/* One; two */\n\nul, ol { margin: 0 4px; content: \"a, {b} /* c */ d\"; }\n.a :hover > .b {\n  width: calc(100% - 2px);\n}\n\
                   @media (max-width: 9px) and (hover: none) {\n  .c { color: red !important; } /* Three */\n}\n";
        let lean = "ul,ol{margin:0 4px;content:\"a, {b} /* c */ d\"}.a :hover > .b{width:calc(100% - 2px)}\
                    @media (max-width:9px) and (hover:none){.c{color:red !important}}";
        assert_eq!(dense(css), lean);
        assert_eq!(dense(lean), lean);
    }

    #[test]
    fn both_fonts_together_weigh_less_than_40_kb() {
        let weight: usize =
            SOURCES.iter().filter(|(_, content_type, _)| *content_type == WOFF2).map(|(_, _, bytes)| bytes.len()).sum();
        assert!(weight < 40_000, "{weight}");
    }

    #[test]
    fn the_fingerprint_is_fnv_1a() {
        assert_eq!(fingerprint(b""), "cbf29ce484222325");
        assert_eq!(fingerprint(b"foobar"), "85944171f73967e8");
    }
}
