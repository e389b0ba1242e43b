//! Providers, families, applications and severities.

use super::*;

impl Reader<'_> {
    pub(super) fn provider(&mut self, name: At<String>, value: &Value<'_>) -> RawProvider {
        let mut provider = RawProvider { name, module: None, id: None, library: None, replace: false };
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "module" => provider.module = self.string(value).map(str::to_owned),
                "id" => {
                    provider.id = self.parsed(value, "a GUID as in `e70f1aa0-ab8b-11cf-8ca3-00805f48a192`");
                }
                "library" => provider.library = self.string(value).map(str::to_owned),
                "replace" => provider.replace = self.boolean(value) == Some(true),
                _ => self.unknown_key(key, Named("provider", &provider.name.value), PROVIDER),
            }
        }
        provider
    }

    pub(super) fn family(&mut self, name: At<String>, value: &Value<'_>) -> RawFamily {
        let mut family = RawFamily {
            name,
            number: None,
            protocols: Vec::new(),
            max_protocol: None,
            protocol_first: false,
            facts_at: Vec::new(),
            replace: false,
        };
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "number" => {
                    let number = self.integer(value, 1, i32::MAX.into());
                    family.number = number.map(|number| At::new(number as i32, self.at(value)));
                }
                "protocols" => {
                    for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
                        let at = self.span(key.span());
                        let name = key.get_ref().as_ref();
                        self.name(name, at);
                        if name == "any" {
                            let expected = "another name: `any` stands for all protocols".to_owned();
                            self.fault(
                                FaultKind::WrongValue { found: "a protocol called `any`".to_owned(), expected },
                                at,
                            );
                        }
                        if let Some(number) = self.number(value) {
                            family.protocols.push((At::new(name.to_owned(), at), number));
                        }
                    }
                }
                "max-protocol" => {
                    family.max_protocol = self.integer(value, 0, i32::MAX.into()).map(|number| number as i32);
                    family.facts_at.push(("max-protocol", self.span(key.span())));
                }
                "protocol-first" => {
                    family.protocol_first = self.boolean(value) == Some(true);
                    family.facts_at.push(("protocol-first", self.span(key.span())));
                }
                "replace" => family.replace = self.boolean(value) == Some(true),
                _ => self.unknown_key(key, Named("family", &family.name.value), FAMILY),
            }
        }
        family
    }

    pub(super) fn application(&mut self, name: At<String>, value: &Value<'_>) -> RawApplication {
        let mut application = RawApplication { name, policy: RawPolicy::default(), winsock: None, replace: false };
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            match key.get_ref().as_ref() {
                "require" => application.policy.require = self.services(value).unwrap_or_default(),
                "prohibit" => application.policy.prohibit = self.services(value).unwrap_or_default(),
                "permit" => application.policy.permit = self.categories(value),
                "winsock" => application.winsock = self.winsock_application(value),
                "replace" => application.replace = self.boolean(value) == Some(true),
                _ => self.unknown_key(key, Named("application", &application.name.value), APPLICATION),
            }
        }
        application
    }

    pub(super) fn lint(&mut self, value: &Value<'_>, into: &mut Vec<(At<String>, Severity)>) {
        for (key, value) in self.table(value).into_iter().flat_map(DeTable::iter) {
            let at = self.span(key.span());
            if let Some(severity) = self.parsed(value, "`allow`, `note`, `warning` or `error`") {
                into.push((At::new(key.get_ref().to_string(), at), severity));
            }
        }
    }
}
