//! Preparing layers: every option is read, and every promise of the catalog is tested, before anything is opened.

use super::{Layers, Opener};
use crate::Selection;
use crate::catalog::modules::{Effect, given};
use crate::catalog::rights::{Trusted, exposures, is_allowed};
use crate::catalog::{FileUse, Module};
use crate::net::error::Error;
use crate::net::provider::{ProviderError, Role};
use crate::net::settings::Settings;
use crate::terms::Services;
use std::cell::LazyCell;
use std::path::Path;

impl Opener {
    /// Reads all options, and the files that they name, for one role. Opening does this itself when it is first needed.
    ///
    /// # Errors
    ///
    /// A module is missing, or an option or file cannot be used.
    pub fn prepare(&self, role: Role) -> Result<(), Error> {
        self.layers(role).map(drop)
    }

    pub(super) fn layers(&self, role: Role) -> Result<Layers, Error> {
        let cell = if role == Role::Connect { &self.connecting } else { &self.accepting };
        if let Some(layers) = cell.get() {
            return Ok(layers.clone());
        }
        let selection = self.selection.get();
        self.keeps_its_word(&selection, role)?;
        self.unexposed(&selection)?;
        let depth = selection.stack().len() - 1;
        let mut layers = Vec::with_capacity(depth);
        for part in selection.stack().take(depth) {
            let Some(provider) = self.providers.find_layer(part.provider().module()) else {
                return Err(self.no_module(part));
            };
            let settings = self.settings(part);
            self.complete(provider.module(), &settings, role).map_err(|error| self.failed(part.name(), None, error))?;
            let layer = provider.prepare(&settings, role).map_err(|error| self.failed(part.name(), None, error))?;
            layers.push((part.name().to_owned(), layer));
        }
        Ok(cell.get_or_init(|| layers.into()).clone())
    }

    /// Checks that the options are complete, including those of the call: required options, and options that require each other.
    fn complete(&self, module: &'static Module, settings: &Settings<'_>, role: Role) -> Result<(), ProviderError> {
        let stated = |name: &str| settings.get(name).is_some();
        for spec in module.specs() {
            if spec.is_required_to(role) && !stated(spec.name()) {
                return Err(ProviderError::option(spec.name(), "neither the catalog nor the call states it"));
            }
            let partners = spec.partners();
            if stated(spec.name()) && !partners.is_empty() && !partners.iter().any(|partner| stated(partner)) {
                return Err(ProviderError::option(spec.name(), format!("it needs {} too", either(partners))));
            }
        }
        Ok(())
    }

    /// Checks the promises of the catalog against the services that the modules provide in this role with the current options: a
    /// layer that is merely named `tls` encrypts nothing. The actual services must satisfy the request.
    fn keeps_its_word(&self, selection: &Selection<'_>, role: Role) -> Result<(), Error> {
        let refused = |refusal| Error::Refused { entry: selection.name().to_owned(), role, refusal: Box::new(refusal) };
        let promised = selection.as_role(role).map_err(refused)?.services();
        let mut effects = Vec::new();
        for part in selection.stack() {
            let module = self.providers.modules().get(part.provider().module());
            let module = module.ok_or_else(|| self.no_module(part))?;
            let settings = self.settings(part);
            effects.push(Effect::of(module, role, |option| settings.get(option).is_some()));
        }
        let given = given(effects.into_iter().rev());
        let unkept = promised.intersection(&Services::OF_MODULES).difference(&given);
        if let Some(service) = unkept.iter().next() {
            return Err(Error::Unfit {
                entry: selection.name().to_owned(),
                problem: format!("the catalog promises `{service}`, which no module of its stack gives there"),
            });
        }
        let given = promised.difference(&Services::OF_MODULES).union(&given);
        if let Some(place) = selection.broken_guarantee(role, &given) {
            return Err(Error::Unfit {
                entry: selection.name().to_owned(),
                problem: format!("{} it would break the guarantee at {place}: it offers {given}", role.verb()),
            });
        }
        selection.admits(&given).map_err(refused)
    }

    /// Checks who else can read or write the catalogs of the selection and the files that options of the stack name.
    fn unexposed(&self, selection: &Selection<'_>) -> Result<(), Error> {
        let trusted = LazyCell::new(|| Trusted::new(rustix::process::geteuid().as_raw()));
        let judge = |entry: &str, option: Option<&str>, path: &Path, file_use: FileUse| {
            let exposures = match exposures(path, file_use, &trusted) {
                Ok(exposures) => exposures,
                // The code that reads the file reports that it is missing.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                Err(error) => {
                    let source = match option {
                        Some(option) => ProviderError::file(option, path, error),
                        None => ProviderError::system("lstat", error).with_argument(path.display()),
                    };
                    return Err(self.failed(entry, None, source));
                }
            };
            match exposures.into_iter().find(|exposure| !is_allowed(exposure, self.providers.exposed())) {
                Some(source) => Err(Error::Exposed {
                    entry: entry.to_owned(),
                    option: option.map(str::to_owned),
                    source: source.into(),
                }),
                None => Ok(()),
            }
        };
        for path in selection.sources().iter().filter_map(|(_, source)| source.file()) {
            judge(selection.name(), None, path, FileUse::Trusted)?;
        }
        let modules = self.providers.modules();
        for part in selection.stack() {
            let Some(module) = modules.get(part.provider().module()) else { continue };
            let settings = self.settings(part);
            for spec in module.specs() {
                let Some(file_use @ (FileUse::Secret | FileUse::Trusted)) = spec.file_use() else { continue };
                for path in settings.files(spec) {
                    judge(part.name(), Some(spec.name()), &path, file_use)?;
                }
            }
        }
        Ok(())
    }
}

/// Joins names to `a` or `b`.
fn either(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}
