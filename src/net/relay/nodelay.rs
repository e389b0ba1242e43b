//! Sets `TCP_NODELAY` on the sockets of a relay.

use crate::catalog::OptionValue;
use crate::net::Opener;

/// Returns the opener with `nodelay` set, so that its TCP sockets send at once (`TCP_NODELAY` of tcp(7)), unless the catalog or
/// the call states `nodelay`.
///
/// A relay writes all that it has to its sockets, so they have nothing to wait for. But TCP holds back a small write that follows
/// another until the peer acknowledges the first (RFC 9293, section 3.7.4), which Linux does up to 40 ms late. TLS 1.3 does
/// exactly that when it sends its tickets and then the first answer: 28 ms for each new connection, measured over loopback.
pub(super) fn with_nodelay(opener: Opener) -> Opener {
    let unstated = opener.with_base(|_, base| {
        let stated = base.settings.get("nodelay").is_some();
        Ok(Some(base.name.to_owned()).filter(|_| !stated))
    });
    match unstated {
        // A base protocol other than TCP does not accept the option, and does not need it.
        Ok(Some(base)) => opener.clone().set(&base, "nodelay", OptionValue::Boolean(true)).unwrap_or(opener),
        _ => opener,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Providers;
    use crate::{Registry, Request};

    fn nodelay(opener: &Opener) -> Option<bool> {
        opener.with_base(|_, base| Ok(base.settings.boolean("nodelay"))).expect("the system's sockets are there")
    }

    #[test]
    fn what_is_stated_holds_and_what_takes_no_such_option_gets_none() {
        let registry = Registry::builtin();
        let opener = |entry| {
            let selection = registry.resolve(&Request::named(entry)).expect("the catalog has it");
            Opener::new(&Providers::shipped(), &selection)
        };
        assert_eq!(nodelay(&with_nodelay(opener("tcp4"))), Some(true));
        assert_eq!(nodelay(&with_nodelay(opener("secure/tcp6"))), Some(true), "whatever lies above");
        let stated = opener("tcp4").set_word("tcp4", "nodelay", "false").expect("it takes that");
        assert_eq!(nodelay(&with_nodelay(stated)), Some(false));
        assert_eq!(nodelay(&with_nodelay(opener("udp4"))), None);
        assert_eq!(nodelay(&with_nodelay(opener("unix-stream"))), None);
    }
}
