//! Faults and contents of documents of other forms than TOML, of types that only the module that reads a form knows.
//!
//! That module also defines the codes and the texts of the faults.

use std::any::Any;
use std::fmt;
use std::panic::RefUnwindSafe;
use std::sync::Arc;

/// The facts of a fault of another form. `Display` is its message.
pub(crate) trait ForeignFacts: Any + fmt::Debug + fmt::Display + Send + Sync + RefUnwindSafe {
    /// Returns the rule that is broken, in kebab-case.
    fn code(&self) -> &'static str;

    /// Returns advice on how to resolve the fault.
    fn help(&self) -> Option<String>;

    /// Returns whether the other fault is of the same type and has the same facts.
    fn is_same(&self, other: &dyn Any) -> bool;
}

/// A fault of a document of another form than TOML; `Display` is its message.
#[derive(Clone, Debug)]
pub struct ForeignFault(Arc<dyn ForeignFacts>);

impl ForeignFault {
    /// Creates a fault with these facts.
    #[cfg_attr(not(feature = "winsock"), expect(dead_code, reason = "Winsock catalogs are the only further form"))]
    pub(crate) fn new(facts: impl ForeignFacts) -> Self {
        ForeignFault(Arc::new(facts))
    }

    /// Returns the rule that is broken, in kebab-case.
    pub fn code(&self) -> &'static str {
        self.0.code()
    }

    /// Returns advice on how to resolve the fault, if there is any.
    pub fn help(&self) -> Option<String> {
        self.0.help()
    }

    /// Returns the facts, if they are of this type.
    #[cfg_attr(not(feature = "winsock"), expect(dead_code, reason = "Winsock catalogs are the only further form"))]
    pub(crate) fn facts<T: ForeignFacts>(&self) -> Option<&T> {
        (&*self.0 as &dyn Any).downcast_ref()
    }
}

/// The parsed content of a document.
pub(crate) struct Content(Box<dyn Any + Send + Sync + RefUnwindSafe>);

#[cfg_attr(not(feature = "winsock"), expect(dead_code, reason = "Winsock catalogs are the only further form"))]
impl Content {
    /// Creates the content of a document.
    pub fn new(content: impl Any + Send + Sync + RefUnwindSafe) -> Self {
        Content(Box::new(content))
    }

    /// Returns the content, if it is of this type.
    pub fn get<T: Any>(&self) -> Option<&T> {
        let content: &dyn Any = &*self.0;
        content.downcast_ref()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}

impl PartialEq for ForeignFault {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_same(&*other.0)
    }
}

impl Eq for ForeignFault {}

impl fmt::Display for ForeignFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
