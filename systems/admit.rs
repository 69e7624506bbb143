//! Admission: whether a call of a capability is within the grant that it is made under, and the count of those that are.
//!
//! Reads and writes grants. A call counts against its grant and every grant that was passed on to make it, so nobody gives more
//! than they have. Order: in effects, before a request is served. Calls that are answered inline are under grants without limits:
//! they are only counted, afterwards. Cost: one look at each grant of the chain. Absent: what a call does (`src/`).

use raya_storages::grants::{GrantId, Grants, Quota};
use std::fmt;

/// Why a call was not let through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The grant, or one that it comes from, was revoked.
    Revoked,
    /// So many calls in all are allowed.
    Calls(u64),
    /// So many calls in one tick are allowed.
    CallsPerTick(u64),
    /// The arguments take so many bytes, and so many are allowed.
    ArgumentBytes(u64, u64),
}

impl Refusal {
    /// The name of the error that the guest gets.
    pub fn name(&self) -> &'static str {
        match self {
            Refusal::Revoked => "CapabilityRevoked",
            _ => "QuotaExceeded",
        }
    }
}

/// Completes `the capability … `.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Revoked => f.write_str("was revoked"),
            Refusal::Calls(max) => write!(f, "allows {max} calls in all"),
            Refusal::CallsPerTick(max) => write!(f, "allows {max} calls in a tick"),
            Refusal::ArgumentBytes(bytes, max) => {
                write!(f, "allows {max} bytes of arguments, not {bytes}")
            }
        }
    }
}

/// Lets a call through and counts it, or counts that it was refused: by the grant at fault, and by those it came through.
pub fn admit(
    grants: &mut Grants,
    grant: GrantId,
    argument_bytes: u64,
    tick: u64,
) -> Result<(), Refusal> {
    let chain: Vec<GrantId> = grants.chain(grant).collect();
    for (place, &id) in chain.iter().enumerate() {
        if let Err(refusal) = allows(grants, id, argument_bytes, tick) {
            for &id in &chain[..=place] {
                grants.add_refusal(id);
            }
            return Err(refusal);
        }
    }
    for &id in &chain {
        grants.add_calls(id, 1);
        if let Some(quota) = grants.quota_mut(id) {
            quota.calls_this_tick = calls_in(quota, tick) + 1;
            quota.tick = tick;
        }
    }
    Ok(())
}

/// Counts calls that were answered inline.
pub fn count(grants: &mut Grants, grant: GrantId, calls: u64) {
    let mut next = Some(grant);
    while let Some(id) = next {
        grants.add_calls(id, calls);
        next = grants.source(id);
    }
}

fn calls_in(quota: &Quota, tick: u64) -> u64 {
    if quota.tick == tick {
        quota.calls_this_tick
    } else {
        0
    }
}

fn allows(grants: &Grants, grant: GrantId, argument_bytes: u64, tick: u64) -> Result<(), Refusal> {
    if grants.is_revoked(grant) {
        return Err(Refusal::Revoked);
    }
    let Some(quota) = grants.quota(grant) else {
        return Ok(());
    };
    if argument_bytes > quota.argument_bytes_max {
        return Err(Refusal::ArgumentBytes(
            argument_bytes,
            quota.argument_bytes_max,
        ));
    }
    if grants.calls(grant) >= quota.calls_max {
        return Err(Refusal::Calls(quota.calls_max));
    }
    if calls_in(quota, tick) >= quota.calls_per_tick_max {
        return Err(Refusal::CallsPerTick(quota.calls_per_tick_max));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use raya_storages::grants::NewGrant;

    fn grant(grants: &mut Grants, source: Option<GrantId>, quota: Option<Quota>) -> GrantId {
        let first = grants.append(
            0,
            NewGrant {
                name: "world".into(),
                source,
                quota,
                ..NewGrant::default()
            },
        );
        GrantId::from_bits(first).expect("it was added")
    }

    #[test]
    fn a_call_counts_against_the_grants_that_it_comes_from() {
        let mut grants = Grants::default();
        let two = Quota {
            calls_max: 2,
            ..Quota::default()
        };
        let outer = grant(&mut grants, None, Some(two));
        let one_a_tick = Quota {
            calls_per_tick_max: 1,
            ..Quota::default()
        };
        let inner = grant(&mut grants, Some(outer), Some(one_a_tick));
        assert!(grants.is_metered(inner));
        assert_eq!(admit(&mut grants, inner, 0, 1), Ok(()));
        assert_eq!(
            admit(&mut grants, inner, 0, 1),
            Err(Refusal::CallsPerTick(1))
        );
        assert_eq!(admit(&mut grants, inner, 0, 2), Ok(()));
        assert_eq!(admit(&mut grants, inner, 0, 3), Err(Refusal::Calls(2)));
        let counts = |id: GrantId| (grants.calls(id), grants.refusals(id));
        assert_eq!((counts(outer), counts(inner)), ((2, 1), (2, 2)));
    }

    #[test]
    fn what_is_revoked_outside_is_refused_inside() {
        let mut grants = Grants::default();
        let outer = grant(&mut grants, None, None);
        let inner = grant(&mut grants, Some(outer), None);
        assert!(!grants.is_metered(inner));
        grants.revoke(outer);
        assert!(grants.is_metered(inner));
        assert_eq!(admit(&mut grants, inner, 0, 1), Err(Refusal::Revoked));
        count(&mut grants, inner, 5);
        assert_eq!(grants.calls(outer), 5);
    }
}
