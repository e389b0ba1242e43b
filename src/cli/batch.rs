//! `resolve --batch`: reads one request a line, and writes one answer a line, in the order of the input.
//!
//! The command streams. Answers are written whenever the next line has not arrived yet, so that a program can exchange
//! requests and answers with it line by line; input that arrives in one piece is answered in large writes. All answers
//! are made in one reused buffer, and stdout is locked once.

use super::globals::is_stdin;
use super::json::{Answer, BAD_REQUEST_LINE, BadLine};
use super::output::{Format, json_line, printable};
use super::question::{unknown_application, warn_of_application};
use super::{Failure, Globals, Status};
use sockatlas::{Registry, Request};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::Path;

/// The maximum length of a line in bytes; valid requests are far shorter.
const LONGEST_LINE: u64 = 64 * 1024;

/// The number of bytes that are read and written at a time.
const CHUNK: usize = 64 * 1024;

pub(super) fn run(file: &Path, format: Format, globals: &Globals) -> Result<Status, Failure> {
    let place = if is_stdin(file) { "<stdin>".to_owned() } else { file.display().to_string() };
    let unreadable = |error| Failure::io(&place, error);
    let input: Box<dyn Read> = if !is_stdin(file) {
        Box::new(File::open(file).map_err(unreadable)?)
    } else if globals.reads_stdin() {
        let message = "stdin cannot be both a catalog and a batch".to_owned();
        return Err(Failure::Message { message, help: Some("name a file for one of them".to_owned()) });
    } else {
        Box::new(io::stdin().lock())
    };
    let registry = globals.registry()?;
    let mut batch = Batch { registry: &registry, format, status: Status::Clean, warned: HashSet::new() };
    match batch.answer(BufReader::with_capacity(CHUNK, input), io::stdout().lock()) {
        Ok(()) => Ok(batch.status),
        Err(Broken::Input(error)) => Err(unreadable(error)),
        // The reader has closed the pipe; the status of the answers so far is the result.
        Err(Broken::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(batch.status),
        Err(Broken::Output(error)) => Err(Failure::io("<stdout>", error)),
    }
}

/// Returns the answers to the lines of a batch, as text or as JSON: what the command would print on stdout.
#[cfg(any(test, fuzzing))]
#[allow(dead_code, reason = "the fuzzer calls it")]
pub fn batch_answers(registry: &Registry, lines: Vec<u8>, json: bool) -> Vec<u8> {
    let format = if json { Format::Json } else { Format::Text };
    let mut batch = Batch { registry, format, status: Status::Clean, warned: HashSet::new() };
    let mut answers = Vec::new();
    // Memory does not fail to be read and written.
    let _ = batch.answer(BufReader::new(Box::new(io::Cursor::new(lines))), &mut answers);
    answers
}

struct Batch<'r> {
    registry: &'r Registry,
    format: Format,
    status: Status,
    /// The unknown applications that were reported in a warning.
    warned: HashSet<String>,
}

/// The side on which an I/O error ended the batch.
enum Broken {
    Input(io::Error),
    Output(io::Error),
}

impl Batch<'_> {
    fn answer(&mut self, mut input: BufReader<Box<dyn Read>>, mut output: impl Write) -> Result<(), Broken> {
        let mut line = Vec::new();
        let mut answers = Vec::with_capacity(2 * CHUNK);
        let mut number = 0;
        loop {
            let waits = !input.buffer().contains(&b'\n');
            if answers.len() >= CHUNK || waits && !answers.is_empty() {
                output.write_all(&answers).and_then(|()| output.flush()).map_err(Broken::Output)?;
                answers.clear();
            }
            line.clear();
            let read = (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(Broken::Input)?;
            if read == 0 {
                return output.write_all(&answers).and_then(|()| output.flush()).map_err(Broken::Output);
            }
            number += 1;
            if read as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
                input.skip_until(b'\n').map_err(Broken::Input)?;
                let message = format!("the line is longer than {LONGEST_LINE} bytes");
                self.bad_line(number, &message, &mut answers).map_err(Broken::Output)?;
                continue;
            }
            self.line(number, &line, &mut answers).map_err(Broken::Output)?;
        }
    }

    fn line(&mut self, number: u64, line: &[u8], answers: &mut Vec<u8>) -> io::Result<()> {
        // Some Windows editors write a byte order mark at the beginning of files.
        let line = if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let Ok(line) = str::from_utf8(line) else {
            return self.bad_line(number, "the line is not UTF-8", answers);
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        match self.registry.request_line(line) {
            Ok(request) => self.request(&request, line, answers),
            Err(error) => match error.help() {
                Some(help) => self.bad_line(number, &format!("{error} ({help})"), answers),
                None => self.bad_line(number, &error.to_string(), answers),
            },
        }
    }

    fn request(&mut self, request: &Request, line: &str, answers: &mut Vec<u8>) -> io::Result<()> {
        if let Some(name) = unknown_application(self.registry, request)
            && !self.warned.contains(name)
        {
            warn_of_application(self.registry, name);
            self.warned.insert(name.to_owned());
        }
        let outcome = self.registry.resolve(request);
        if outcome.is_err() {
            self.status = Status::Refused;
        }
        match (self.format, &outcome) {
            (Format::Json, _) => {
                let protocol = line.split_whitespace().nth(2).filter(|word| !word.contains('='));
                json_line(answers, &Answer::new(self.registry, request, protocol, &outcome))
            }
            (Format::Text, Ok(selection)) => {
                answers.extend_from_slice(selection.name().as_bytes());
                for (at, entry) in selection.stack().enumerate() {
                    answers.extend_from_slice(if at == 0 { b"\t" } else { b" > " });
                    answers.extend_from_slice(entry.name().as_bytes());
                }
                answers.push(b'\n');
                Ok(())
            }
            (Format::Text, Err(refusal)) => {
                writeln!(answers, "error[{}]\t{}", refusal.code(), printable(&self.registry.refusal_text(refusal)))
            }
        }
    }

    fn bad_line(&mut self, number: u64, message: &str, answers: &mut Vec<u8>) -> io::Result<()> {
        self.status = Status::Refused;
        match self.format {
            Format::Json => json_line(answers, &BadLine::new(number, message)),
            Format::Text => writeln!(answers, "error[{BAD_REQUEST_LINE}]\tline {number}: {}", printable(message)),
        }
    }
}
