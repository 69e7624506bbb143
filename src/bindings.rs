//! Bindings: which host functions stand behind the imports of each context's program.
//!
//! Contexts with the same program and the same grants share one binding. A grant that is limited, was revoked, or comes from such
//! a one is *metered*: every call of its functions is asked through the outbox and let through between rounds, in the order of rows,
//! so that what is counted is exact; nothing is checked on the way of a call that is answered inline.
//! Invariants: a binding has a function for every import, of the type that the program declares; bindings are derived from tables
//! and registered capabilities, so they are made anew after a load. Absent: what functions do (`capability`, `inner`).

use crate::ContextId;
use crate::capability::{AskedFn, Body, Capability, EffectFn, PlainFn, fits};
use crate::error::{CapabilityNotFound, SignatureMismatch, VmError};
use crate::inner::{self, VmOp};
use crate::remote::{self, RemoteOp};
use crate::runtime::Runtime;
use raya_bytecode::describe::describe;
use raya_bytecode::image::{Image, Import};
use raya_bytecode::slot::Slot;
use raya_storages::contexts::Contexts;
use raya_storages::grants::Grants;
use raya_storages::programs::{Program, ProgramId, Programs};
use raya_systems::execute::{HostFunction, HostLinks};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

/// So many bindings are kept for programs and grants that come again.
const SHARED_MIN: usize = 64;

/// What serves a request that execution could not answer.
#[derive(Clone)]
pub(crate) enum Service {
    /// A host function that would be answered inline if its grant were not metered.
    Plain(Arc<PlainFn>),
    /// A host function.
    Effect(Arc<Mutex<EffectFn>>),
    /// A host function that answers later.
    Asked(Arc<Mutex<AskedFn>>),
    /// A function of `raya:vm`.
    Vm(VmOp),
    /// A public method of an object of another context.
    Provided(Box<str>),
    /// A call of whatever a handle names.
    Remote(RemoteOp),
}

/// What stands behind a program's imports, for one set of grants.
pub(crate) struct Binding {
    /// The program.
    pub program: Arc<Program>,
    /// For execution.
    pub links: HostLinks,
    /// For what execution asks, by import.
    pub services: Vec<Service>,
    /// By import: the place in the list of the context's grants that its calls count against; none for what needs no grant.
    pub grants: Vec<Option<u16>>,
}

/// What of a grant decides what stands behind an import.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Held {
    name: Box<str>,
    is_metered: bool,
    /// The program and class of the object that serves it, if the host doesn't.
    class: Option<(u64, u16)>,
}

/// See the module's header.
#[derive(Default)]
pub(crate) struct Bindings {
    registered: BTreeMap<String, Capability>,
    /// By program and grants.
    shared: BTreeMap<(u64, Vec<Held>), Arc<Binding>>,
    /// With so many shared ones those that nobody has are dropped.
    shared_max: usize,
    /// By row of `contexts`.
    by_context: Vec<Option<Arc<Binding>>>,
}

impl fmt::Debug for Bindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.registered.keys()).finish()
    }
}

/// The tables that bindings are derived from.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub contexts: &'a Contexts,
    pub grants: &'a Grants,
    pub programs: &'a Programs,
}

impl Bindings {
    /// Makes a capability known.
    pub fn register(&mut self, capability: Capability) -> Result<(), VmError> {
        let name = capability.name().to_owned();
        if self.is_known(&name) {
            return Err(VmError::option(
                "capability",
                format!("`{name}` is registered already"),
            ));
        }
        self.registered.insert(name, capability);
        Ok(())
    }

    /// Whether a capability of this name can be granted.
    pub fn is_known(&self, name: &str) -> bool {
        name == inner::MODULE || self.registered.contains_key(name)
    }

    /// The same capabilities bound to other tables, which name known ones only.
    pub fn bound_to(&self, tables: Bound<'_>) -> Result<Bindings, VmError> {
        let names = tables.grants.ids().map(|id| {
            let is_host = tables.grants.provider(id).is_none();
            (tables.grants.name(id), is_host)
        });
        for (name, is_host) in names {
            if is_host && !self.is_known(name) {
                let message = format!("the capability `{name}` is not registered");
                return Err(VmError::InvalidDump(message.into()));
            }
        }
        let mut bindings = Bindings {
            registered: self.registered.clone(),
            ..Bindings::default()
        };
        for row in tables.contexts.ids().map(ContextId::index) {
            if tables.contexts.programs[row] != 0 {
                bindings.bind_row(row, tables)?;
            }
        }
        Ok(bindings)
    }

    /// Binds the imports of the program of the context at a row.
    pub fn bind_row(&mut self, row: usize, tables: Bound<'_>) -> Result<(), VmError> {
        let unknown = || VmError::InvalidBinary("the program is none of this runtime's".into());
        let id = ProgramId::from_bits(tables.contexts.programs[row]).ok_or_else(unknown)?;
        let program = tables.programs.get(id).ok_or_else(unknown)?;
        let grants = tables.grants;
        let held = grants.list(tables.contexts.grants[row]).map(|id| {
            let class = grants.provider(id).map(|provider| {
                let found = tables.classify(provider);
                found.map_or((0, 0), |(id, _, class)| (id.to_bits(), class))
            });
            Held {
                name: grants.name(id).into(),
                is_metered: grants.is_metered(id),
                class,
            }
        });
        let key = (id.to_bits(), held.collect());
        let binding = match self.shared.get(&key) {
            Some(binding) => binding.clone(),
            None => {
                let binding = Arc::new(self.bind(program, &key.1, tables.programs)?);
                self.drop_unused();
                self.shared.insert(key, binding.clone());
                binding
            }
        };
        if self.by_context.len() <= row {
            self.by_context.resize(row + 1, None);
        }
        self.by_context[row] = Some(binding);
        Ok(())
    }

    /// A row's binding is no longer what it was.
    pub fn forget(&mut self, row: usize) {
        if let Some(binding) = self.by_context.get_mut(row) {
            *binding = None;
        }
    }

    /// A program is gone.
    pub fn forget_program(&mut self, program: ProgramId) {
        let of_it = self.shared.range((program.to_bits(), Vec::new())..);
        let of_it = of_it.take_while(|(key, _)| key.0 == program.to_bits());
        let keys: Vec<_> = of_it.map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.shared.remove(&key);
        }
    }

    /// Drops bindings that no context has, once they may be half of all: so a context that grants ever other names to its children
    /// does not fill the host's memory.
    fn drop_unused(&mut self) {
        if self.shared.len() >= self.shared_max.max(SHARED_MIN) {
            self.shared
                .retain(|_, binding| Arc::strong_count(binding) > 1);
            self.shared_max = 2 * self.shared.len();
        }
    }

    /// The binding of a context with a program.
    #[inline]
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

    fn bind(
        &self,
        program: &Arc<Program>,
        held: &[Held],
        programs: &Programs,
    ) -> Result<Binding, VmError> {
        let mut binding = Binding {
            program: program.clone(),
            links: HostLinks::default(),
            services: Vec::new(),
            grants: Vec::new(),
        };
        for import in &program.image.imports {
            let module = program.image.text(import.module);
            let place = held.iter().position(|h| *h.name == *module);
            let held = place.map(|place| &held[place]);
            let (function, service) = self.resolve(&program.image, import, held, programs)?;
            let is_crossing = matches!(
                service,
                Service::Vm(_) | Service::Provided(_) | Service::Remote(_)
            );
            binding.links.functions.push(function);
            binding.links.gives_handles.push(is_crossing);
            binding.services.push(service);
            binding.grants.push(place.map(|place| place as u16));
        }
        Ok(binding)
    }

    /// What stands behind an import.
    fn resolve(
        &self,
        image: &Image,
        import: &Import,
        held: Option<&Held>,
        programs: &Programs,
    ) -> Result<(HostFunction, Service), VmError> {
        let (module, name) = (image.text(import.module), image.text(import.name));
        let declared = describe(image, import.desc);
        let provided = match held {
            Some(Held {
                class: Some(class), ..
            }) => provided(programs, *class, &name),
            Some(_) if module == inner::MODULE => vm_function(&name),
            Some(held) => self.registered.get(&module).and_then(|capability| {
                let function = capability.get(&name, &declared)?;
                let bound = body(&function.body, held.is_metered, import.ret);
                Some((function.signature, bound))
            }),
            None => remote_function(&module, &name),
        };
        let place = Place::of(image, import);
        let Some((signature, function)) = provided else {
            return Err(place.missing(module, name, held.is_some()));
        };
        if !fits(&declared, &signature) {
            return Err(place.mismatch(module, name, declared, signature));
        }
        Ok(function)
    }
}

/// Where an import stands in the source, for errors about it.
struct Place {
    file: String,
    line: u32,
}

impl Place {
    fn of(image: &Image, import: &Import) -> Place {
        let file = image.files.get((import.line >> 24) as usize);
        Place {
            file: file.map_or(String::new(), |&file| image.text(file)),
            line: import.line & 0xff_ffff,
        }
    }

    fn missing(self, capability: String, function: String, granted: bool) -> VmError {
        VmError::CapabilityNotFound(Box::new(CapabilityNotFound {
            capability,
            function,
            file: self.file,
            line: self.line,
            granted,
        }))
    }

    fn mismatch(
        self,
        capability: String,
        function: String,
        declared: String,
        provided: String,
    ) -> VmError {
        VmError::SignatureMismatch(Box::new(SignatureMismatch {
            capability,
            function,
            file: self.file,
            line: self.line,
            declared,
            provided,
        }))
    }
}

/// What calls a function whose result has a slot.
fn body(body: &Body, is_metered: bool, ret: Slot) -> (HostFunction, Service) {
    match body {
        Body::Immediate {
            inline,
            scalars,
            plain,
        } if !is_metered => (
            match scalars {
                Some(scalars) => HostFunction::Scalars {
                    function: scalars.clone(),
                    gives: ret.has_num(),
                },
                None => HostFunction::Immediate(inline.clone()),
            },
            Service::Plain(plain.clone()),
        ),
        Body::Immediate { plain, .. } => (HostFunction::Blocking, Service::Plain(plain.clone())),
        Body::Blocking(function) => (HostFunction::Blocking, Service::Effect(function.clone())),
        Body::Deferred(function) => (HostFunction::Deferred, Service::Effect(function.clone())),
        Body::Asked(function) => (HostFunction::Deferred, Service::Asked(function.clone())),
    }
}

/// The method of a class that is a function of a capability.
fn provided(
    programs: &Programs,
    (id, class): (u64, u16),
    name: &str,
) -> Option<(String, (HostFunction, Service))> {
    let program = programs.get(ProgramId::from_bits(id)?)?;
    let method = remote::method(program, class, name)?;
    let (signature, is_promise) = remote::method_type(&program.image, method);
    let function = if is_promise {
        HostFunction::Deferred
    } else {
        HostFunction::Blocking
    };
    Some((signature, (function, Service::Provided(name.into()))))
}

fn remote_function(module: &str, name: &str) -> Option<(String, (HostFunction, Service))> {
    let (op, signature) = RemoteOp::named(name).filter(|_| module == remote::MODULE)?;
    let function = if op.is_deferred() {
        HostFunction::Deferred
    } else {
        HostFunction::Blocking
    };
    Some((signature.into(), (function, Service::Remote(op))))
}

fn vm_function(name: &str) -> Option<(String, (HostFunction, Service))> {
    let &(op, _, signature) = VmOp::ALL.iter().find(|(_, n, _)| *n == name)?;
    let function = if op.is_deferred() {
        HostFunction::Deferred
    } else {
        HostFunction::Blocking
    };
    Some((signature.into(), (function, Service::Vm(op))))
}

impl Runtime {
    /// Binds a context again, after its grants changed.
    pub(crate) fn rebind(&mut self, row: usize) {
        if self.contexts.programs[row] != 0 {
            let bound = self.bind_row(row);
            bound.expect("functions and types are what they were");
        }
    }

    /// Binds the imports of a context's program.
    pub(crate) fn bind_row(&mut self, row: usize) -> Result<(), VmError> {
        let tables = Bound {
            contexts: &self.contexts,
            grants: &self.grants,
            programs: &self.programs,
        };
        self.bindings.bind_row(row, tables)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Capability, Runtime, VmOptions};
    use raya_bytecode::assemble::{FunctionBuilder, FunctionSpec, ImageBuilder};
    use raya_bytecode::codec::encode;
    use raya_bytecode::image::{CLASS_GLOBALS, Entry, FUNCTION_ASYNC};
    use raya_bytecode::isa::Op;
    use raya_bytecode::slot::Slot;

    /// A program that does nothing.
    fn idle() -> Vec<u8> {
        let mut b = ImageBuilder::new();
        b.file("idle.ts");
        let globals = b.declare_class("globals", CLASS_GLOBALS, None);
        b.set_fields(globals, &[]);
        let mut f = FunctionBuilder::new();
        f.line(1, 1);
        f.emit(Op::Ret, 0, 0, 0);
        let spec = FunctionSpec {
            name: "init",
            params: &[],
            ret: Slot::VOID,
            num_locals: &[],
            ref_locals: &[],
            receiver: None,
            flags: FUNCTION_ASYNC,
        };
        let init = b.declare_function();
        b.define_function(init, &spec, f.finish(0, 0).expect("assembles"));
        let image = b.finish(Entry::of(init, globals.into()));
        encode(&image.expect("assembles"))
    }

    #[test]
    fn bindings_that_nobody_has_do_not_pile_up() {
        let mut runtime = Runtime::with_threads(1);
        let program = runtime.load_program(&idle()).expect("is valid");
        for i in 0..1_000 {
            let name = format!("grant{i}");
            runtime.register(Capability::new(&name)).expect("is new");
            let id = runtime.create(VmOptions {
                capabilities: vec![name.into()],
                ..VmOptions::default()
            });
            let mut vm = runtime.vm(id.expect("is valid")).expect("is live");
            vm.load_program(program).expect("is granted");
            vm.terminate();
            assert!(runtime.bindings.shared.len() <= super::SHARED_MIN);
        }
        assert!(!runtime.bindings.shared.is_empty());
        runtime.unload_program(program);
        assert!(runtime.bindings.shared.is_empty());
    }
}
