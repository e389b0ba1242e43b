//! Lines of `resolve --batch`.
//!
//! Asserts that every line which is neither empty nor a comment is answered with one line, in both formats, and that a request,
//! written as a line, is read as the same request.

use super::spec::REGISTRY;
use crate::cli::batch_answers;
use serde_json::Value;

pub fn run(input: &[u8]) {
    let text = batch_answers(&REGISTRY, input.to_vec(), false);
    let json = batch_answers(&REGISTRY, input.to_vec(), true);
    let answers = lines(&text);
    assert_eq!(answers, lines(&json));
    let without_mark = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let asked = without_mark.split(|&byte| byte == b'\n').filter(|line| is_asked(line)).count();
    assert_eq!(answers, asked);
    for line in json.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        serde_json::from_slice::<Value>(line).expect("every answer is JSON");
    }
    for line in String::from_utf8_lossy(input).lines() {
        let Ok(request) = REGISTRY.request_line(line) else { continue };
        let text = REGISTRY.request_text(&request);
        let again = REGISTRY.request_line(&text);
        assert_eq!(again.as_ref(), Ok(&request), "as a line: {text}");
    }
}

fn lines(answers: &[u8]) -> usize {
    assert!(answers.is_empty() || answers.ends_with(b"\n"));
    answers.iter().filter(|&&byte| byte == b'\n').count()
}

fn is_asked(line: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(line) else { return true };
    !text.trim().is_empty() && !text.trim().starts_with('#')
}
