//! What one source file says: the modules it declares, the paths it names, the macros and keywords it uses.
//!
//! Code that is compiled for tests only (`#[cfg(test)]`, `#[test]`) is passed over.

use super::lexer::{Kind, Token, tokens};

/// A file, as far as the rules look at it.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) modules: Vec<Module>,
    pub(super) references: Vec<Reference>,
    /// Line and name of each macro called.
    pub(super) macros: Vec<(usize, String)>,
    /// Line and text of every other word, keywords among them.
    pub(super) words: Vec<(usize, String)>,
}

/// `mod name;` or `mod name { … }`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Module {
    pub(super) line: usize,
    /// The module's path from the crate's root, its own name last.
    pub(super) path: Vec<String>,
    /// What `#[path = "…"]` says.
    pub(super) file: Option<String>,
    pub(super) inline: bool,
    pub(super) test: bool,
}

/// A path named in a `use` or in the middle of code.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) line: usize,
    /// The module in which it stands.
    pub(super) within: Vec<String>,
    pub(super) target: Target,
    /// The name that a `use` binds; `*` for a glob, nothing outside a `use`.
    pub(super) binds: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A path from the crate's root.
    Local(Vec<String>),
    /// Any other path, as written: another crate's, or relative to what is in scope.
    Other(Vec<String>),
}

/// Reads the file that holds the module at `path`.
pub(super) fn read(text: &str, path: &[String]) -> Source {
    let mut reader = Reader {
        tokens: tokens(text),
        at: 0,
        depth: 0,
        within: path.to_vec(),
        inline: Vec::new(),
        source: Source::default(),
    };
    while reader.at < reader.tokens.len() {
        reader.step();
    }
    reader.source
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    /// Open braces.
    depth: usize,
    /// The module we are in.
    within: Vec<String>,
    /// The depths at which the inline modules around us were opened.
    inline: Vec<usize>,
    source: Source,
}

/// What the attributes before an item mean to us.
#[derive(Default)]
struct Attributes {
    test: bool,
    file: Option<String>,
}

impl Reader {
    fn step(&mut self) {
        let Some(token) = self.tokens.get(self.at) else { return };
        let line = token.line;
        match &token.kind {
            Kind::Punct('#') if self.peek(1, '[') || (self.peek(1, '!') && self.peek(2, '[')) => {
                self.attributed();
            }
            Kind::Punct('{') => {
                self.depth += 1;
                self.at += 1;
            }
            Kind::Punct('}') => {
                self.depth = self.depth.saturating_sub(1);
                if self.inline.last() == Some(&self.depth) {
                    self.inline.pop();
                    self.within.pop();
                }
                self.at += 1;
            }
            Kind::Word(word) => match word.as_str() {
                "mod" if self.word(1).is_some() => self.module(Attributes::default()),
                "use" if !self.peek(1, '<') => {
                    self.at += 1;
                    self.use_tree(&[]);
                }
                "extern" if self.word(1) == Some("crate") => {
                    let name = self.word(2).unwrap_or_default().to_owned();
                    self.refer(line, vec![name], Some(String::new()));
                    self.at += 3;
                }
                _ => self.path(),
            },
            Kind::Text(_) | Kind::PathSep | Kind::Punct(_) => self.at += 1,
        }
    }

    fn peek(&self, ahead: usize, punct: char) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.is(punct))
    }

    fn peek_separator(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.kind == Kind::PathSep)
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        self.tokens.get(self.at + ahead).and_then(Token::word)
    }

    /// Reads attributes; then passes over the item they belong to if it is for tests only.
    fn attributed(&mut self) {
        let mut attributes = Attributes::default();
        let mut whole_file = false;
        while self.peek(0, '#') {
            let inner = self.peek(1, '!');
            self.at += if inner { 2 } else { 1 };
            let begin = self.at;
            self.skip_group();
            let group = self.tokens.get(begin + 1..self.at.saturating_sub(1)).unwrap_or_default();
            let test = is_test(group);
            whole_file |= inner && test;
            attributes.test |= test;
            if let [name, equals, Token { kind: Kind::Text(file), .. }] = group
                && name.is_word("path")
                && equals.is('=')
            {
                attributes.file = Some(file.clone());
            }
        }
        if whole_file {
            self.at = self.tokens.len();
            return;
        }
        let item = self.at;
        self.skip_visibility();
        if self.word(0) == Some("mod") && self.word(1).is_some() {
            let skip = attributes.test && self.peek(2, '{');
            self.module(attributes);
            if skip {
                self.inline.pop();
                self.within.pop();
                self.skip_group();
            }
            return;
        }
        self.at = item;
        if attributes.test {
            self.skip_item();
        }
    }

    fn module(&mut self, attributes: Attributes) {
        let Some(name) = self.word(1).map(plain) else { return };
        let line = self.tokens[self.at].line;
        let inline = self.peek(2, '{');
        let mut path = self.within.clone();
        path.push(name.clone());
        let Attributes { test, file } = attributes;
        self.source.modules.push(Module { line, path, file, inline, test });
        if inline {
            self.inline.push(self.depth);
            self.within.push(name);
        }
        // The brace or semicolon is left to the next step.
        self.at += 2;
    }

    /// Reads one tree of a `use`, whose leading segments are `prefix`; ends after it.
    fn use_tree(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        while let Some(token) = self.tokens.get(self.at) {
            let line = token.line;
            match &token.kind {
                Kind::Word(word) if word == "as" => {
                    // The path's own leaf was recorded; this only renames it.
                    let alias = self.word(1).map(plain);
                    if let Some(last) = self.source.references.last_mut() {
                        last.binds = alias;
                    }
                    self.at += 2;
                }
                Kind::Word(word) => {
                    path.push(plain(word));
                    self.at += 1;
                    if !self.peek_separator(0) {
                        self.leaf(line, path.clone());
                    }
                }
                Kind::Punct('*') => {
                    path.push(String::from("*"));
                    self.refer(line, path.clone(), Some(String::from("*")));
                    self.at += 1;
                }
                Kind::Punct('{') => {
                    self.at += 1;
                    while self.at < self.tokens.len() && !self.peek(0, '}') {
                        let before = self.at;
                        self.use_tree(&path);
                        if self.peek(0, ',') || self.at == before {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                Kind::PathSep | Kind::Punct('$') => self.at += 1,
                Kind::Text(_) | Kind::Punct(_) => return,
            }
        }
    }

    fn leaf(&mut self, line: usize, mut path: Vec<String>) {
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = path.last().cloned();
        self.refer(line, path, name);
    }

    /// A word in the middle of code: alone, at the head of a path, or the name of a macro.
    fn path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut segments = vec![self.word(0).map(plain).unwrap_or_default()];
        self.at += 1;
        while self.peek_separator(0)
            && let Some(next) = self.word(1).map(plain)
        {
            segments.push(next);
            self.at += 2;
        }
        let called = self.peek(0, '!') && ['(', '[', '{'].iter().any(|open| self.peek(1, *open));
        if called && let Some(name) = segments.last() {
            self.source.macros.push((line, name.clone()));
        }
        if segments.len() > 1 {
            self.refer(line, segments, None);
        } else if !called {
            self.source.words.extend(segments.into_iter().map(|word| (line, word)));
        }
    }

    fn refer(&mut self, line: usize, segments: Vec<String>, binds: Option<String>) {
        let target = resolve(segments, &self.within);
        self.source.references.push(Reference { line, within: self.within.clone(), target, binds });
    }

    /// From an opening bracket to after the one that closes it.
    fn skip_group(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token.kind {
                Kind::Punct('(' | '[' | '{') => depth += 1,
                Kind::Punct(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_visibility(&mut self) {
        if self.word(0) == Some("pub") {
            self.at += 1;
            if self.peek(0, '(') {
                self.skip_group();
            }
        }
    }

    /// Passes over one item, statement, field, variant or arm.
    fn skip_item(&mut self) {
        self.skip_visibility();
        let (to_semicolon, item) = match self.word(0) {
            Some("const") if self.word(1) != Some("fn") => (true, true),
            Some("use" | "let" | "static" | "type") => (true, true),
            Some(
                "fn" | "mod" | "struct" | "enum" | "union" | "impl" | "trait" | "unsafe" | "async" | "extern"
                | "const" | "macro_rules",
            ) => (false, true),
            _ => (false, false),
        };
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                Kind::Punct(';') => {
                    self.at += 1;
                    return;
                }
                Kind::Punct(',') if !item => {
                    self.at += 1;
                    return;
                }
                Kind::Punct('{') => {
                    self.skip_group();
                    if !to_semicolon {
                        return;
                    }
                }
                Kind::Punct('(' | '[') => self.skip_group(),
                // The end of what the item stands in.
                Kind::Punct(')' | ']' | '}') => return,
                _ => self.at += 1,
            }
        }
    }
}

/// A word without the `r#` of a raw identifier; keywords written so stay apart, as they are not keywords.
fn plain(word: &str) -> String {
    match word.strip_prefix("r#") {
        Some("async" | "await" | "unsafe") | None => word.to_owned(),
        Some(name) => name.to_owned(),
    }
}

fn resolve(segments: Vec<String>, within: &[String]) -> Target {
    let rest = |from: usize| segments.iter().skip(from).cloned();
    match segments.first().map(String::as_str) {
        Some("crate") => Target::Local(rest(1).collect()),
        Some("self" | "super") => {
            let from = usize::from(segments[0] == "self");
            let up = segments.iter().skip(from).take_while(|segment| *segment == "super").count();
            let parent = &within[..within.len().saturating_sub(up)];
            Target::Local(parent.iter().cloned().chain(rest(from + up)).collect())
        }
        _ => Target::Other(segments),
    }
}

/// Whether what carries this attribute (given without its brackets) is compiled for tests only.
fn is_test(attribute: &[Token]) -> bool {
    match attribute {
        [only] => only.is_word("test"),
        [name, open, inside @ .., close] => {
            name.is_word("cfg") && open.is('(') && close.is(')') && implies_test(inside)
        }
        _ => false,
    }
}

/// Whether a `cfg` predicate can hold in a test build only.
fn implies_test(predicate: &[Token]) -> bool {
    match predicate {
        [only] => only.is_word("test"),
        [name, open, inside @ .., close] if open.is('(') && close.is(')') => {
            let mut parts = split(inside).into_iter();
            if name.is_word("all") {
                parts.any(implies_test)
            } else {
                name.is_word("any") && !inside.is_empty() && parts.all(implies_test)
            }
        }
        _ => false,
    }
}

/// The parts between the outermost commas; an empty one after a trailing comma is left out.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    let parts = tokens.split(|token| {
        match token.kind {
            Kind::Punct('(') => depth += 1,
            Kind::Punct(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is(',')
    });
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests;
