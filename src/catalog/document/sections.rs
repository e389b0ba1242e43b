//! Reads providers, families, applications and severities.

use super::*;

impl Reader<'_> {
    pub(super) fn provider(&mut self, name: At<String>, value: &Value<'_>) -> RawProvider {
        let mut provider = RawProvider {
            name,
            module: None,
            id: None,
            library: None,
            replace: false,
            unread: None,
            unread_module: None,
        };
        let (before, strange) = (self.last.take(), std::mem::take(&mut self.strange));
        for (key, value) in self.table(value).into_iter().flat_map(|table| table.iter()) {
            match key.get_ref().as_ref() {
                "module" => {
                    let module = self.text(value);
                    provider.unread_module = module.as_ref().err().copied();
                    provider.module = module.ok();
                }
                "id" => {
                    let expected = "a GUID as in `e70f1aa0-ab8b-11cf-8ca3-00805f48a192`";
                    provider.id = self.parsed(value, expected).ok();
                }
                "library" => provider.library = self.string(value).ok().map(str::to_owned),
                "replace" => provider.replace = self.boolean(value) == Ok(true),
                _ => _ = self.unknown_key(key, Named("provider", &provider.name.value), Table::Provider),
            }
        }
        provider.unread = self.last.or_else(|| self.damage(provider.name.at));
        if provider.module.is_none() {
            provider.unread_module = provider.unread_module.or_else(|| self.misread(&["module"], provider.name.at));
        }
        (self.last, self.strange) = (provider.unread.or(before), strange);
        provider
    }

    pub(super) fn family(&mut self, name: At<String>, value: &Value<'_>) -> RawFamily {
        let mut family = RawFamily {
            name,
            number: None,
            unread: None,
            protocols: Vec::new(),
            max_protocol: None,
            protocol_first: false,
            facts_at: Vec::new(),
            replace: false,
        };
        let (before, strange) = (self.last.take(), std::mem::take(&mut self.strange));
        for (key, value) in self.table(value).into_iter().flat_map(|table| table.iter()) {
            match key.get_ref().as_ref() {
                "number" => {
                    let number = self.integer(value, 1, i32::MAX.into());
                    family.number = number.ok().map(|number| At::new(number as i32, self.at(value)));
                }
                "protocols" => {
                    for (key, value) in self.table(value).into_iter().flat_map(|table| table.iter()) {
                        let at = self.span(key.span());
                        let name = key.get_ref().as_ref();
                        self.name(name, at);
                        if name == "any" {
                            let expected = "another name: `any` stands for all protocols".to_owned();
                            self.fault(
                                FaultKind::WrongValue {
                                    found: "a protocol called `any`".to_owned(),
                                    expected,
                                    meant: None,
                                },
                                at,
                            );
                        }
                        if let Ok(number) = self.number(value) {
                            family.protocols.push((At::new(name.to_owned(), at), number));
                        }
                    }
                }
                "max-protocol" => {
                    family.max_protocol = self.integer(value, 0, i32::MAX.into()).ok().map(|number| number as i32);
                    family.facts_at.push(("max-protocol", self.span(key.span())));
                }
                "protocol-first" => {
                    family.protocol_first = self.boolean(value) == Ok(true);
                    family.facts_at.push(("protocol-first", self.span(key.span())));
                }
                "replace" => family.replace = self.boolean(value) == Ok(true),
                _ => _ = self.unknown_key(key, Named("family", &family.name.value), Table::Family),
            }
        }
        family.unread = self.last.or_else(|| self.misread(&["number", "protocols"], family.name.at));
        (self.last, self.strange) = (family.unread.or(before), strange);
        family
    }

    pub(super) fn application(&mut self, name: At<String>, value: &Value<'_>) -> RawApplication {
        let mut application = RawApplication { name, policy: RawPolicy::default(), winsock: None, replace: false };
        for (key, value) in self.table(value).into_iter().flat_map(|table| table.iter()) {
            match key.get_ref().as_ref() {
                "require" => application.policy.require = self.services(value).unwrap_or_default(),
                "prohibit" => application.policy.prohibit = self.services(value).unwrap_or_default(),
                "permit" => application.policy.permit = self.categories(value).ok(),
                "winsock" => application.winsock = self.winsock_application(value).ok(),
                "replace" => application.replace = self.boolean(value) == Ok(true),
                _ => _ = self.unknown_key(key, Named("application", &application.name.value), Table::Application),
            }
        }
        application
    }

    pub(super) fn lint(&mut self, value: &Value<'_>, into: &mut Vec<(At<String>, Severity)>) {
        for (key, value) in self.table(value).into_iter().flat_map(|table| table.iter()) {
            let at = self.span(key.span());
            if is_top_level(key.get_ref()) {
                self.unknown_key(key, "`lint`", Table::Lint);
            } else if let Ok(severity) = self.severity(value) {
                into.push((At::new(key.get_ref().to_string(), at), severity));
            }
        }
    }

    fn severity(&mut self, value: &Value<'_>) -> Read<Severity> {
        let word = self.string(value)?;
        word.parse().map_err(|_| {
            let meant = match word.to_ascii_lowercase().as_str() {
                "warn" => Some(Severity::Warning.to_string()),
                "deny" | "forbid" | "fatal" | "err" => Some(Severity::Error.to_string()),
                "info" | "information" | "hint" => Some(Severity::Note.to_string()),
                "off" | "ignore" | "none" => Some(Severity::Allow.to_string()),
                _ => nearest(word, Severity::ALL.iter().map(|severity| severity.name())),
            };
            self.meant(value, format!("`{word}`"), "`allow`, `note`, `warning` or `error`", meant)
        })
    }
}
