//! Bindings: which host functions stand behind the imports of each context's program.
//!
//! Capabilities are numbered as they are registered; a context's grants are a set of numbers. Contexts with the same program and
//! grants share one binding. Invariants: a binding has a function for every import, of the type that the program declares;
//! bindings are derived from tables and registered capabilities, so they are made anew after a load.
//! Absent: what functions do (`capability`, `inner`).

use crate::ContextId;
use crate::capability::{Body, Capability, EffectFn};
use crate::error::{CapabilityNotFound, SignatureMismatch, VmError};
use crate::inner::{self, VmOp};
use raya_bytecode::describe::describe;
use raya_bytecode::image::{Image, Import};
use raya_storages::contexts::Contexts;
use raya_storages::programs::{Program, ProgramId, Programs};
use raya_systems::execute::{HostFunction, HostLinks};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

/// The most capabilities that a runtime can know: grants are a set in one word.
const CAPABILITIES_MAX: usize = 64;

/// What serves a request that execution could not answer.
#[derive(Clone)]
pub(crate) enum Service {
    /// Nobody: it is answered inline.
    None,
    /// A host function.
    Effect(Arc<Mutex<EffectFn>>),
    /// A function of `raya:vm`.
    Vm(VmOp),
}

/// What stands behind a program's imports, for one set of grants.
pub(crate) struct Binding {
    /// For execution.
    pub links: HostLinks,
    /// For what execution asks, by import.
    pub services: Vec<Service>,
}

/// A capability by its number; `raya:vm` is none that the host wrote.
#[derive(Clone)]
struct Registered {
    name: String,
    capability: Option<Capability>,
}

/// See the module's header.
pub(crate) struct Bindings {
    registered: Vec<Registered>,
    /// By program and grants.
    shared: BTreeMap<(u64, u64), Arc<Binding>>,
    /// By row of `contexts`.
    by_context: Vec<Option<Arc<Binding>>>,
}

impl fmt::Debug for Bindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.registered.iter().map(|r| &r.name))
            .finish()
    }
}

impl Default for Bindings {
    fn default() -> Bindings {
        let vm = Registered {
            name: inner::MODULE.into(),
            capability: None,
        };
        Bindings {
            registered: vec![vm],
            shared: BTreeMap::new(),
            by_context: Vec::new(),
        }
    }
}

impl Bindings {
    /// Numbers a capability.
    pub fn register(&mut self, capability: Capability) -> Result<(), VmError> {
        let name = capability.name().to_owned();
        if self.number(&name).is_some() {
            return Err(VmError::option(
                "capability",
                format!("`{name}` is registered already"),
            ));
        }
        if self.registered.len() == CAPABILITIES_MAX {
            return Err(VmError::option(
                "capability",
                format!("more than {CAPABILITIES_MAX}"),
            ));
        }
        self.registered.push(Registered {
            name,
            capability: Some(capability),
        });
        Ok(())
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.registered.iter().position(|r| r.name == name)
    }

    /// The set of capabilities with these names.
    pub fn grants(&self, names: &[String]) -> Result<u64, VmError> {
        names.iter().try_fold(0, |grants, name| {
            let unknown =
                || VmError::option("capabilities", format!("there is no capability `{name}`"));
            self.number(name)
                .map(|n| grants | 1 << n)
                .ok_or_else(unknown)
        })
    }

    /// All names, by number.
    pub fn names(&self) -> Vec<String> {
        self.registered.iter().map(|r| r.name.clone()).collect()
    }

    /// The same capabilities, numbered as these names are in a dump (others come after), and nothing bound.
    pub fn renumbered(&self, names: &[String]) -> Result<Bindings, VmError> {
        let invalid = |message: String| VmError::InvalidDump(message.into());
        if let Some(name) = names.iter().find(|name| self.number(name).is_none()) {
            return Err(invalid(format!(
                "the capability `{name}` is not registered"
            )));
        }
        let place = |r: &Registered| {
            names
                .iter()
                .position(|n| *n == r.name)
                .unwrap_or(names.len())
        };
        let mut registered = self.registered.clone();
        registered.sort_by_key(place);
        if !registered
            .iter()
            .map(|r| &r.name)
            .zip(names)
            .all(|(a, b)| a == b)
        {
            return Err(invalid("a capability is named twice".into()));
        }
        Ok(Bindings {
            registered,
            shared: BTreeMap::new(),
            by_context: Vec::new(),
        })
    }

    /// Binds all contexts anew, after a load.
    pub fn bind_all(&mut self, contexts: &Contexts, programs: &Programs) -> Result<(), VmError> {
        for row in contexts.ids().map(ContextId::index) {
            if let Some(id) = ProgramId::from_bits(contexts.programs[row]) {
                self.bind_row(row, contexts.grants[row], id, programs)?;
            }
        }
        Ok(())
    }

    /// Binds the imports of a program for the context at a row.
    pub fn bind_row(
        &mut self,
        row: usize,
        grants: u64,
        id: ProgramId,
        programs: &Programs,
    ) -> Result<(), VmError> {
        let unknown = || VmError::InvalidBinary("the program is none of this runtime's".into());
        let binding = self.bind(id, programs.get(id).ok_or_else(unknown)?, grants)?;
        self.set(row, binding);
        Ok(())
    }

    /// A row's binding is no longer what it was.
    pub fn forget(&mut self, row: usize) {
        if let Some(binding) = self.by_context.get_mut(row) {
            *binding = None;
        }
    }

    /// The binding of a context with a program.
    pub fn of(&self, row: usize) -> &Binding {
        self.by_context[row]
            .as_deref()
            .expect("a context with a program is bound")
    }

    /// The same, to keep while tables change.
    pub fn share(&self, row: usize) -> Arc<Binding> {
        self.by_context[row]
            .clone()
            .expect("a context with a program is bound")
    }

    fn set(&mut self, row: usize, binding: Arc<Binding>) {
        if self.by_context.len() <= row {
            self.by_context.resize(row + 1, None);
        }
        self.by_context[row] = Some(binding);
    }

    fn bind(
        &mut self,
        id: ProgramId,
        program: &Program,
        grants: u64,
    ) -> Result<Arc<Binding>, VmError> {
        let key = (id.to_bits(), grants);
        if let Some(binding) = self.shared.get(&key) {
            return Ok(binding.clone());
        }
        let mut binding = Binding {
            links: HostLinks::default(),
            services: Vec::new(),
        };
        for import in &program.image.imports {
            let (function, service) = self.resolve(&program.image, import, grants)?;
            binding.links.functions.push(function);
            binding.services.push(service);
        }
        let binding = Arc::new(binding);
        self.shared.insert(key, binding.clone());
        Ok(binding)
    }

    /// What stands behind an import.
    fn resolve(
        &self,
        image: &Image,
        import: &Import,
        grants: u64,
    ) -> Result<(HostFunction, Service), VmError> {
        let (module, name) = (image.text(import.module), image.text(import.name));
        let number = self.number(&module).filter(|n| grants >> n & 1 == 1);
        let provided = match number.map(|n| &self.registered[n].capability) {
            Some(Some(capability)) => capability
                .get(&name)
                .map(|f| (f.signature.as_str(), body(&f.body))),
            Some(None) => vm_function(&name),
            None => None,
        };
        let file = image
            .files
            .get((import.line >> 24) as usize)
            .map_or(String::new(), |&f| image.text(f));
        let line = import.line & 0xff_ffff;
        let Some((signature, function)) = provided else {
            let granted = number.is_some();
            let missing = CapabilityNotFound {
                capability: module,
                function: name,
                file,
                line,
                granted,
            };
            return Err(VmError::CapabilityNotFound(Box::new(missing)));
        };
        let declared = describe(image, import.desc);
        if declared != signature {
            let provided = signature.to_owned();
            let mismatch = SignatureMismatch {
                capability: module,
                function: name,
                file,
                line,
                declared,
                provided,
            };
            return Err(VmError::SignatureMismatch(Box::new(mismatch)));
        }
        Ok(function)
    }
}

fn body(body: &Body) -> (HostFunction, Service) {
    match body {
        Body::Immediate(function) => (HostFunction::Immediate(function.clone()), Service::None),
        Body::Blocking(function) => (HostFunction::Blocking, Service::Effect(function.clone())),
        Body::Deferred(function) => (HostFunction::Deferred, Service::Effect(function.clone())),
    }
}

fn vm_function(name: &str) -> Option<(&'static str, (HostFunction, Service))> {
    let &(op, _, signature) = VmOp::ALL.iter().find(|(_, n, _)| *n == name)?;
    let function = if op == VmOp::Run {
        HostFunction::Deferred
    } else {
        HostFunction::Blocking
    };
    Some((signature, (function, Service::Vm(op))))
}
