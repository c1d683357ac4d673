//! Events compared.

use verin_economy::Event;

/// The name of an event and what it is about: its first field.
pub(super) fn name(event: &Event) -> String {
    let text = text(event);
    let end = text.find([',', '}']).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().replacen(" { ", " of ", 1).trim_end().to_owned()
}

/// All of an event.
pub(super) fn text(event: &Event) -> String {
    let text = format!("{event:?}");
    let inner = text.split_once('(').map_or(text.as_str(), |(_, inner)| inner);
    inner.strip_suffix(')').unwrap_or(inner).to_owned()
}

/// Takes out what was told that is `expected`, or else one of its name that is about the same.
pub(super) fn find(told: &mut [Option<Event>], expected: &Event) -> Option<(usize, Event)> {
    let same = told.iter().position(|event| event.as_ref() == Some(expected));
    let at = same.or_else(|| {
        let kind = kind(expected);
        told.iter().position(|event| event.as_ref().is_some_and(|event| kind == self::kind(event)))
    })?;
    told.get_mut(at)?.take().map(|event| (at, event))
}

/// Contract, name and first field.
fn kind(event: &Event) -> String {
    let text = format!("{event:?}");
    let end = text.find([',', '}']).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().to_owned()
}

/// Fields that are not the same: name, expected, got.
pub(super) fn differences(expected: &Event, got: &Event) -> Vec<(String, String, String)> {
    let lines = |event: &Event| format!("{event:#?}").lines().map(str::to_owned).collect::<Vec<_>>();
    let (e, g) = (lines(expected), lines(got));
    let field =
        |line: &str| line.trim().trim_end_matches(',').split_once(": ").map(|(a, b)| (a.to_owned(), b.to_owned()));
    let found: Vec<_> = e
        .iter()
        .zip(&g)
        .filter(|(e, g)| e != g)
        .filter_map(|(e, g)| Some((field(e)?, field(g)?)))
        .map(|((name, expected), (_, got))| (name, expected, got))
        .collect();
    if e.len() == g.len() && !found.is_empty() {
        return found;
    }
    vec![("all of it".into(), text(expected), text(got))]
}
