//! The console: the page on the admin port where a merchant's developer sees orders with their whole story. It is only
//! files; everything it shows and does goes through the admin interface that anybody may call.

/// What the page may load and where it may talk: nothing but its own origin.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                                                  connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
                                                  form-action 'self'; frame-ancestors 'none'";

/// A file of the page: its media type and its text.
pub(crate) type Asset = (&'static str, &'static str);

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page itself.
pub(crate) const PAGE: Asset = (HTML, include_str!("console/page/console.html"));

/// A file that the page asks for.
pub(crate) fn asset(name: &str) -> Option<Asset> {
    Some(match name {
        "console.css" => (
            CSS,
            concat!(include_str!("palette.css"), include_str!("console/page/console.css")),
        ),
        "console.js" => (SCRIPT, include_str!("console/page/console.js")),
        "api.js" => (SCRIPT, include_str!("console/page/api.js")),
        "bytes.js" => (SCRIPT, include_str!("console/page/bytes.js")),
        "doctor.js" => (SCRIPT, include_str!("console/page/doctor.js")),
        "drill.js" => (SCRIPT, include_str!("console/page/drill.js")),
        "dom.js" => (SCRIPT, include_str!("console/page/dom.js")),
        "feed.js" => (SCRIPT, include_str!("console/page/feed.js")),
        "status.js" => (SCRIPT, include_str!("console/page/status.js")),
        "story.js" => (SCRIPT, include_str!("console/page/story.js")),
        "words.js" => (SCRIPT, include_str!("console/page/words.js")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that the page names but nobody serves would leave it blank.
    #[test]
    fn every_file_that_the_page_names_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/console/page");
        let mut count = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name != "console.html" {
                assert!(asset(&name).is_some(), "{name}");
                count += 1;
            }
        }
        assert!(count >= 3);
        for asset in PAGE.1.split("/console/assets/").skip(1) {
            let name = asset.split('"').next().unwrap();
            assert!(self::asset(name).is_some(), "{name}");
        }
    }
}
