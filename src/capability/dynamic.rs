//! Capabilities of hosts that know no types: one function for all calls, by name and values.
//!
//! Invariant: what a program declares is taken as the type of a function unless the capability declares types itself; answers are
//! checked against it when they enter the program's heap. Absent: typed closures (`closures`).

use super::{Body, Call, Capability, CapabilityFunction, EffectFn, HostError};
use raya_storages::values::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// A capability that serves calls by name.
pub trait DynamicCapability: Send + 'static {
    /// Its name: programs import it as `host:NAME`.
    fn name(&self) -> &str;
    /// Serves a call.
    fn invoke(&mut self, call: &Call, function: &str, args: &[Value]) -> Result<Value, HostError>;
}

/// What serves the calls of a dynamic capability.
pub(super) type Host = Arc<Mutex<dyn DynamicCapability>>;

/// A function of a dynamic capability. Those that give promises are deferred, the others are waited for.
pub(super) fn function(host: &Host, name: &str, signature: &str) -> CapabilityFunction {
    let (host, called) = (host.clone(), name.to_owned());
    let invoke = move |call: &Call, args: &[Value]| {
        let mut host = host.lock().unwrap_or_else(PoisonError::into_inner);
        host.invoke(call, &called, args)
    };
    let invoke: Arc<Mutex<EffectFn>> = Arc::new(Mutex::new(invoke));
    let body = if signature.contains(") => Promise<") {
        Body::Deferred(invoke)
    } else {
        Body::Blocking(invoke)
    };
    CapabilityFunction {
        signature: signature.into(),
        body,
    }
}

impl Capability {
    /// A capability whose calls are served by name. Without [`declare`](Capability::declare) it has every function that a program
    /// imports, of the type that the program declares.
    pub fn dynamic(host: impl DynamicCapability) -> Capability {
        let mut capability = Capability::new(host.name());
        capability.host = Some(Arc::new(Mutex::new(host)));
        capability
    }

    /// Declares a function of a dynamic capability, as `(a: string, b: number) => void`; others can't be imported then.
    ///
    /// # Panics
    /// On a capability that is not dynamic, and on a name that it has already.
    pub fn declare(self, name: &str, signature: &str) -> Capability {
        let host = self
            .host
            .as_ref()
            .expect("only dynamic capabilities declare");
        let CapabilityFunction { signature, body } = function(host, name, signature);
        self.with(name, signature, body)
    }
}
