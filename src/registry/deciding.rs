//! Finds the demands that decide a refusal, where entries match and none of them meets all demands.
//!
//! A demand that no entry meets decides by itself. Where such demands exist, only they are named: giving up another one would not
//! help. Where some entry meets each demand alone, the demands decide together, and a smallest set of demands that no entry meets
//! as a whole is named.

use super::Registry;
use crate::catalog::entry::EntryIndex;
use crate::terms::{Categories, Role, Services};

/// The demands on the entries that match.
#[derive(Copy, Clone)]
pub(super) struct Demanded<'d> {
    pub require: &'d Services,
    pub prohibit: &'d Services,
    pub permit: Option<Categories>,
    /// The role in which the services count.
    pub role: Role,
}

/// The demands that decide a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Deciding {
    pub lacking: Services,
    pub prohibited: Services,
    /// The layer that `permit` excludes from the first entry that it excludes, where `permit` decides.
    pub layer: Option<EntryIndex>,
    /// Whether some entry meets each of the demands alone.
    pub jointly: bool,
}

impl Registry {
    /// Returns which of the demands decide. None of the entries may meet all of them.
    pub(super) fn deciding(
        &self,
        demanded: Demanded<'_>,
        matches: impl Iterator<Item = EntryIndex> + Clone,
    ) -> Deciding {
        let mut lacking = demanded.require.clone();
        let mut prohibited = demanded.prohibit.clone();
        let mut kept_out = None;
        let mut some_permitted = demanded.permit.is_none();
        for index in matches.clone() {
            let services = self.stack(index).services(demanded.role);
            lacking.remove(services);
            if !prohibited.is_empty() {
                prohibited = prohibited.intersection(services);
            }
            if let Some(permit) = demanded.permit {
                let layer = self.first_not_permitted(permit, index);
                some_permitted |= layer.is_none();
                kept_out = kept_out.or(layer);
            }
        }
        if !(lacking.is_empty() && prohibited.is_empty() && some_permitted) {
            let layer = kept_out.filter(|_| !some_permitted);
            return Deciding { lacking, prohibited, layer, jointly: false };
        }
        self.smallest(demanded, kept_out, matches)
    }

    /// Removes one demand after the other, as long as no entry meets the rest.
    fn smallest(
        &self,
        demanded: Demanded<'_>,
        kept_out: Option<EntryIndex>,
        matches: impl Iterator<Item = EntryIndex> + Clone,
    ) -> Deciding {
        let mut permit = demanded.permit;
        let mut lacking = demanded.require.clone();
        let mut prohibited = demanded.prohibit.clone();
        let is_met = |require: &Services, prohibit: &Services, permit: Option<Categories>| {
            matches.clone().any(|index| {
                let services = self.stack(index).services(demanded.role);
                services.contains(require)
                    && !services.intersects(prohibit)
                    && permit.is_none_or(|permit| self.permits_layers(permit, index))
            })
        };
        if permit.is_some() && !is_met(&lacking, &prohibited, None) {
            permit = None;
        }
        for service in demanded.prohibit.each() {
            let without = prohibited.difference(&service);
            if !is_met(&lacking, &without, permit) {
                prohibited = without;
            }
        }
        for service in demanded.require.each() {
            let without = lacking.difference(&service);
            if !is_met(&without, &prohibited, permit) {
                lacking = without;
            }
        }
        Deciding { lacking, prohibited, layer: permit.and(kept_out), jointly: true }
    }
}
