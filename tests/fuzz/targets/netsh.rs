//! The output of `netsh winsock show catalog`. See `winsock` for what is asserted.

use sockatlas::winsock::SourceForm;

pub fn run(input: &[u8]) {
    super::winsock::run(SourceForm::Netsh, input);
}
