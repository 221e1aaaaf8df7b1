//! Just enough of Rust's lexical grammar to tell code from comments, strings and lifetimes.
//!
//! Numbers, lifetimes and characters are dropped: no rule looks at them.

/// A token, with the line it begins on (from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or keyword.
    Word(String),
    /// A string literal's content, escapes left as written.
    Text(String),
    /// `::`
    PathSep,
    /// Any other punctuation, one character at a time.
    Punct(char),
}

impl Token {
    pub(super) fn is(&self, punct: char) -> bool {
        self.kind == Kind::Punct(punct)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(this) if this == word)
    }

    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            Kind::Text(_) | Kind::PathSep | Kind::Punct(_) => None,
        }
    }
}

/// The tokens of `source`. What rustc would reject is read somehow, to the end, and never fails.
pub(super) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: source, line: 1, tokens: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    /// Reads one token, comment or blank; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if self.rest.starts_with("//") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        } else if self.rest.starts_with("/*") {
            self.block_comment();
        } else if self.rest.starts_with("::") {
            self.push(Kind::PathSep);
            self.take(2);
        } else if first == '"' {
            self.text(0, None);
        } else if first == '\'' {
            self.quote();
        } else if first.is_ascii_digit() {
            self.take(word_length(self.rest));
        } else if first.is_alphabetic() || first == '_' {
            self.word();
        } else {
            if !first.is_whitespace() {
                self.push(Kind::Punct(first));
            }
            self.take(first.len_utf8());
        }
        true
    }

    fn push(&mut self, kind: Kind) {
        self.tokens.push(Token { line: self.line, kind });
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        let bytes = self.rest.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes.get(at..at + 2) {
                Some(b"/*") => depth += 1,
                Some(b"*/") => depth -= 1,
                _ => {
                    at += 1;
                    continue;
                }
            }
            at += 2;
            if depth == 0 {
                break;
            }
        }
        self.take(at);
    }

    /// An identifier, a raw identifier (`r#type`), or the prefix of a string (`r#"…"#`, `b"…"`, `b'…'`).
    fn word(&mut self) {
        let length = word_length(self.rest);
        let (word, after) = self.rest.split_at(length);
        let hashes = after.len() - after.trim_start_matches('#').len();
        let quoted = after[hashes..].starts_with('"');
        match word {
            "r" | "br" | "cr" if quoted => self.text(length + hashes, Some(hashes)),
            "b" | "c" if after.starts_with('"') => self.text(length, None),
            "b" if after.starts_with('\'') => {
                self.take(length);
                self.quote();
            }
            "r" if hashes == 1 => {
                // Kept with its prefix: a raw identifier is never the keyword.
                let whole = length + 1 + word_length(&after[1..]);
                self.push(Kind::Word(self.rest[..whole].to_owned()));
                self.take(whole);
            }
            _ => {
                self.push(Kind::Word(word.to_owned()));
                self.take(length);
            }
        }
    }

    /// A string whose opening quote is at `prefix`; raw strings say how many `#` close them.
    fn text(&mut self, prefix: usize, raw: Option<usize>) {
        let body = &self.rest[prefix + 1..];
        let closing = format!("\"{}", "#".repeat(raw.unwrap_or(0)));
        let end = match raw {
            Some(_) => body.find(&closing),
            None => unescaped(body, '"'),
        };
        let end = end.unwrap_or(body.len());
        self.push(Kind::Text(body[..end].to_owned()));
        self.take((prefix + 1 + end + closing.len()).min(self.rest.len()));
    }

    /// A character literal, or a lifetime or label.
    fn quote(&mut self) {
        let body = &self.rest[1..];
        let mut characters = body.chars();
        let first = characters.next();
        let literal = first == Some('\\') || characters.next() == Some('\'');
        let length = match (literal, first) {
            (true, Some('\\')) => unescaped(body, '\'').map_or(body.len(), |end| end + 1),
            (true, Some(character)) => character.len_utf8() + 1,
            _ => word_length(body),
        };
        self.take(1 + length);
    }
}

fn word_length(text: &str) -> usize {
    text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len())
}

/// Where the first `quote` without a backslash before it is.
fn unescaped(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<(usize, String)> {
        let words = tokens(source).into_iter();
        words.filter_map(|token| Some((token.line, token.word()?.to_owned()))).collect()
    }

    fn only(words: &[(usize, String)]) -> Vec<&str> {
        words.iter().map(|(_, word)| word.as_str()).collect()
    }

    #[test]
    fn comments_and_strings_are_not_words() {
        let source = r####"
            a // b
            /* c /* d */ e */ f /** g */ //! h
            "i \" j" k b"l" c"m" r"n" r#"o " p"# br##"q "# r"## s
            'a' t '\'' u '"' v b'\'' w b'x' x '\u{1F600}' y 'é' z
        "####;
        assert_eq!(only(&words(source)), ["a", "f", "k", "s", "t", "u", "v", "w", "x", "y", "z"]);
    }

    #[test]
    fn lifetimes_numbers_and_raw_identifiers_do_not_confuse() {
        let source = "fn f<'a>(x: &'a str) -> r#type { 'label: loop { 0x1F_u8; 1..2; r#async } }";
        assert_eq!(only(&words(source)), ["fn", "f", "x", "str", "r#type", "loop", "r#async"]);
    }

    #[test]
    fn lines_are_counted_through_everything() {
        let source = "a\n/* \n */ b \"\n\n\" c\r\nr#\"\n\"# d\n\"x\\\ny\" e";
        let expected = [(1, "a"), (3, "b"), (5, "c"), (7, "d"), (9, "e")];
        assert_eq!(words(source), expected.map(|(line, word)| (line, word.to_owned())));
    }

    #[test]
    fn unfinished_literals_end_with_the_file() {
        for source in ["\"abc", "r#\"abc", "/* abc", "'", "'\\", "b'", "r#", "b\"é\\", "::", "'é"] {
            tokens(source);
        }
    }
}
