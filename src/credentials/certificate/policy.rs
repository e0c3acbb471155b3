//! Certificate policies on a chain (RFC 5280 §6.1.3 (d) to §6.1.5), and what an authority's trust file asks of them.
//!
//! No policy is mapped to another (a critical mapping is an extension that is not understood), so that the tree of the RFC is the
//! set of policies that every authority of the chain allows.

use std::rc::Rc;

use x509_parser::asn1_rs::{Any, FromDer, Oid, Tag};

use super::extensions::{Certificate, Policies};
use super::refusal::Refusal;
use crate::domain::trust::{AuthorityPolicy, ObjectIdentifier};

/// The key is in a qualified signature-creation device (ETSI EN 319 412-5 §4.2.2).
const QC_SSCD: &str = "0.4.0.1862.1.4";

/// What the policies of a trusted certificate say.
pub(super) struct Judged {
    /// Those that it was issued under and that hold on the whole chain.
    pub policies: Vec<ObjectIdentifier>,
    pub device_protected: bool,
}

/// `certificates` begin with the citizen's and end with the anchor.
pub(super) fn judge(certificates: &[Rc<Certificate<'_>>], asked: &AuthorityPolicy) -> Result<Judged, Refusal> {
    let policies = valid(certificates)?;
    let leaf = certificates.first().ok_or(Refusal::NoValidPolicy)?;
    // Disallowed is what it says of itself, whether or not its authorities allow it.
    let own = leaf.extensions.policies.as_ref().map(|own| &own.named[..]).unwrap_or_default();
    if let Some(disallowed) = own.iter().find(|policy| asked.policies.disallowed.contains(policy)) {
        return Err(Refusal::DisallowedPolicy(disallowed.clone()));
    }
    let one_of = |list: &[ObjectIdentifier]| policies.iter().any(|policy| list.contains(policy));
    if !asked.policies.allowed.is_empty() && !one_of(&asked.policies.allowed) {
        return Err(Refusal::NoAllowedPolicy);
    }
    let in_device = || leaf.extensions.qualified_statements.is_some_and(|value| states(value, QC_SSCD));
    let device_protected = one_of(&asked.device.policies) || asked.device.qualified && in_device();
    Ok(Judged { policies, device_protected })
}

/// The policies that are allowed so far.
enum Allowed {
    Every,
    These(Vec<ObjectIdentifier>),
}

/// Those of the citizen's certificate that hold on the whole chain.
fn valid(certificates: &[Rc<Certificate<'_>>]) -> Result<Vec<ObjectIdentifier>, Refusal> {
    let mut allowed = Allowed::Every;
    // How many certificates may still follow until a policy must be there, and while `anyPolicy` is one.
    let (mut explicit, mut any) = (certificates.len(), certificates.len());
    for (at, certificate) in certificates.iter().enumerate().rev() {
        let is_leaf = at == 0;
        // The anchor is trusted for any; what it asks of those below holds.
        if at + 1 < certificates.len() {
            // What a citizen's certificate is issued under it has to say itself.
            let any_counts = !is_leaf && (any > 0 || certificate.is_self_issued());
            allowed = narrowed(allowed, certificate.extensions.policies.as_ref(), any_counts);
            if is_leaf || !certificate.is_self_issued() {
                explicit = explicit.saturating_sub(1);
                any = any.saturating_sub(1);
            }
        }
        let bound = |skip: Option<u32>| skip.map_or(usize::MAX, |skip| usize::try_from(skip).unwrap_or(usize::MAX));
        let constraints = certificate.extensions.policy_constraints.as_ref();
        let required = bound(constraints.and_then(|constraints| constraints.require_explicit_policy));
        if !is_leaf || required == 0 {
            explicit = explicit.min(required);
        }
        any = any.min(bound(certificate.extensions.inhibit_any_policy));
        if explicit == 0 && matches!(&allowed, Allowed::These(policies) if policies.is_empty()) {
            return Err(Refusal::NoValidPolicy);
        }
    }
    match allowed {
        Allowed::These(policies) => Ok(policies),
        Allowed::Every => Ok(Vec::new()),
    }
}

fn narrowed(allowed: Allowed, policies: Option<&Policies>, any_counts: bool) -> Allowed {
    let Some(policies) = policies else { return Allowed::These(Vec::new()) };
    match allowed {
        allowed if policies.any && any_counts => allowed,
        Allowed::Every => Allowed::These(policies.named.clone()),
        Allowed::These(before) => {
            Allowed::These(before.into_iter().filter(|policy| policies.named.contains(policy)).collect())
        }
    }
}

/// Whether qualified-certificate statements (RFC 3739 §3.2.6) hold this one.
fn states(statements: &[u8], statement: &str) -> bool {
    let Ok(([], whole)) = Any::from_der(statements) else { return false };
    let mut rest = whole.data;
    while let Ok((after, one)) = Any::from_der(rest) {
        let named = Oid::from_der(one.data).is_ok_and(|(_, oid)| oid.to_id_string() == statement);
        if one.tag() == Tag::Sequence && named {
            return true;
        }
        rest = after;
    }
    false
}
