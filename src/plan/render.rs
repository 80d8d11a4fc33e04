//! Diagnostics as text: place, the line with the wrong part underlined, and the hint.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Level as Weight};
use crate::model::Lang;

/// All diagnostics, one block each, with an empty line between them. `colour` adds terminal escapes.
pub fn diagnostics(diagnostics: &[Diagnostic], lang: Lang, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&one(diagnostic, lang, &renderer));
        text.push_str("\n\n");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn one(diagnostic: &Diagnostic, lang: Lang, renderer: &Renderer) -> String {
    let level = match diagnostic.level {
        Weight::Fault => Level::ERROR.with_name(lang.pick("错误", "error")),
        Weight::Warning => Level::WARNING.with_name(lang.pick("提醒", "warning")),
    };
    let title = level.primary_title(diagnostic.message.pick(lang)).id(diagnostic.code);
    let mut group = if diagnostic.source.is_empty() {
        title.element(annotate_snippets::Origin::path(&diagnostic.file))
    } else {
        title.element(
            Snippet::source(diagnostic.source.as_ref())
                .path(&diagnostic.file)
                .annotation(AnnotationKind::Primary.span(diagnostic.span.clone())),
        )
    };
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.with_name(lang.pick("提示", "help")).message(hint.pick(lang)));
    }
    renderer.render(&[group])
}
