//! The driver: load, decide, commit, deliver.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use reefknot_core::Result;
use reefknot_core::host::{
    self as core, Asker, Directory, LocalUser, Put, QuestionId, Source, Store, UserId,
};
use reefknot_core::ical::Limits;
use reefknot_core::itip::{Agent, ObjectChange, Outcome};
use reefknot_core::policy::Residence;
use reefknot_core::routing::{Peers, Trust};

use super::adapters::{PyDirectory, PyStore, PyTransport, Raised};
use super::records;
use super::{MemoryStore, SqliteStore};
use crate::busy::{from_busy, from_conflicts, to_attendance, to_people, to_search};
use crate::document::{self, Component, octets, to_limits};
use crate::engine::{to_agent, to_incoming, to_partstat};
use crate::errors::OrRaise;
use crate::message::{self, from_outcome, from_reason};
use crate::{text, time};

/// Drives one store for its users: loads, decides, commits, and delivers.
///
/// store
///     A `MemoryStore`, an `SqliteStore`, or any object with the methods of `Store`.
/// directory
///     The list of `LocalUser` whose calendars the store keeps, or any object with the methods of `Directory`.
/// transport
///     Any object with the methods of `Transport`: it carries messages to whoever is not a user here.
/// access
///     Entries such as `allow user a@foo.com read person b@foo.com`, one a line: who may do what.
#[pyclass(frozen, module = "reefknot", name = "Scheduler")]
pub(crate) struct Scheduler {
    store: Py<PyAny>,
    directory: Users,
    transport: Option<Py<PyAny>>,
    agent: Agent,
    limits: Limits,
    trust: Trust,
}

enum Users {
    List(Vec<LocalUser>),
    Python(Py<PyAny>),
}

impl Scheduler {
    /// Runs the core's driver with the interpreter let go, and lets a user's exception through.
    fn drive<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut core::Scheduler<'_>) -> Result<T> + Send,
    ) -> PyResult<T> {
        self.drive_with(py, |scheduler, _| work(scheduler))
    }

    fn drive_with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut core::Scheduler<'_>, &Raised) -> Result<T> + Send,
    ) -> PyResult<T> {
        let raised = Raised::default();
        let asked;
        let directory: &(dyn Directory + Sync) = match &self.directory {
            Users::List(users) => users,
            Users::Python(directory) => {
                asked = PyDirectory { directory, raised: &raised };
                &asked
            }
        };
        let run = |store: &mut dyn Store| {
            let scheduler = core::Scheduler::new(store, directory, self.agent, self.limits);
            work(&mut scheduler.with_trust(self.trust.clone()), &raised)
        };
        let store = self.store.bind(py);
        let result = if let Ok(memory) = store.cast::<MemoryStore>() {
            let memory = memory.get().0.clone();
            py.detach(|| memory.with(|store| run(store)))
        } else if let Ok(sqlite) = store.cast::<SqliteStore>() {
            let sqlite = sqlite.get().0.clone();
            py.detach(|| sqlite.with(|store| run(store)))
        } else {
            let store = &self.store;
            py.detach(|| run(&mut PyStore { store, raised: &raised }))
        };
        raised.resolve(py, result)
    }

    /// An outcome about a UID; where the object stays as it is, what the store holds tells what it is.
    fn told<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        uid: &str,
        work: impl FnOnce(&mut core::Scheduler<'_>, &UserId) -> Result<Outcome> + Send,
    ) -> PyResult<Bound<'py, PyAny>> {
        let user = records::user(name);
        let (outcome, held) = self.drive(py, |scheduler| {
            let outcome = work(scheduler, &user)?;
            let held = match outcome.object {
                ObjectChange::Keep => scheduler.object(&user, uid)?,
                ObjectChange::Store(_) | ObjectChange::Delete => None,
            };
            Ok((outcome, held))
        })?;
        from_outcome(py, &outcome, held.map(Arc::new).as_ref())
    }
}

/// The text of a calendar that is put into a store.
fn calendar_text(py: Python<'_>, calendar: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    match calendar.cast::<Component>() {
        Ok(component) => {
            let whole = component.get().as_calendar(py)?;
            Ok(py.detach(|| whole.to_bytes()))
        }
        Err(_) => Ok(octets(calendar)?.into_owned()),
    }
}

fn to_source(source: Option<&Bound<'_, PyAny>>) -> PyResult<Source> {
    match text::written(source)?.as_deref() {
        None | Some("user") => Ok(Source::User),
        Some("file") => Ok(Source::File),
        Some("organizer") => Ok(Source::Organizer),
        Some(other) => Err(PyTypeError::new_err(format!("{other:?} is none of Source's members"))),
    }
}

#[pymethods]
impl Scheduler {
    #[new]
    #[pyo3(signature = (store, directory, transport=None, *, agent=None, access="", limits=None))]
    fn make(
        py: Python<'_>,
        store: Bound<'_, PyAny>,
        directory: Bound<'_, PyAny>,
        transport: Option<Py<PyAny>>,
        agent: Option<&Bound<'_, PyAny>>,
        access: &str,
        limits: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        if !store.hasattr("commit")? {
            let kind = store.get_type().name()?;
            let message = format!("a store is wanted, such as MemoryStore(), and not {kind}");
            return Err(PyTypeError::new_err(message));
        }
        let directory = if directory.hasattr("find")? && directory.hasattr("user")? {
            Users::Python(directory.unbind())
        } else {
            Users::List(
                directory.try_iter()?.map(|user| records::to_local_user(&user?)).collect::<PyResult<_>>()?,
            )
        };
        Ok(Self {
            store: store.unbind(),
            directory,
            transport,
            agent: to_agent(agent)?,
            limits: to_limits(limits)?,
            trust: Trust { peers: Peers::default(), access: access.parse().or_raise(py)? },
        })
    }

    /// The store.
    #[getter]
    fn store(&self, py: Python<'_>) -> Py<PyAny> {
        self.store.clone_ref(py)
    }

    /// A user creates or changes an object, or deletes it (`calendar` is `None`).
    #[pyo3(signature = (user, uid, calendar, *, now, based_on=None, residence=None, source=None))]
    #[allow(clippy::too_many_arguments, reason = "they are what a change is")]
    fn put<'py>(
        &self,
        py: Python<'py>,
        user: &str,
        uid: &str,
        calendar: Option<&Bound<'py, PyAny>>,
        now: &Bound<'py, PyAny>,
        based_on: Option<u64>,
        residence: Option<&Bound<'py, PyAny>>,
        source: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let text = calendar.map(|calendar| calendar_text(py, calendar)).transpose()?;
        let residence = residence.map(text::read).transpose()?.unwrap_or_default();
        let (source, now) = (to_source(source)?, time::instant(now)?);
        self.told(py, user, uid, |scheduler, user| {
            scheduler.put(user, uid, Put { calendar: text.as_deref(), based_on, residence, source }, now)
        })
    }

    /// A user says when they can be met at all (VAVAILABILITY, RFC 7953), or takes it back; gives the version stored.
    #[pyo3(signature = (user, uid, calendar, *, based_on=None))]
    fn put_availability(
        &self,
        py: Python<'_>,
        user: &str,
        uid: &str,
        calendar: Option<&Bound<'_, PyAny>>,
        based_on: Option<u64>,
    ) -> PyResult<u64> {
        let text = calendar.map(|calendar| calendar_text(py, calendar)).transpose()?;
        let user = records::user(user);
        let put = Put {
            calendar: text.as_deref(),
            based_on,
            residence: Residence::default(),
            source: Source::User,
        };
        self.drive(py, |scheduler| scheduler.put_availability(&user, uid, put))
    }

    /// An attendee answers all of an invitation, or one instance; the organizer hears it with the comment.
    #[pyo3(signature = (user, uid, answer, *, now, instance=None, comment=None))]
    #[allow(clippy::too_many_arguments, reason = "they are what an answer is")]
    fn answer<'py>(
        &self,
        py: Python<'py>,
        user: &str,
        uid: &str,
        answer: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
        instance: Option<&Bound<'py, PyAny>>,
        comment: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (key, answer, now) = (time::to_key(instance)?, to_partstat(answer)?, time::instant(now)?);
        self.told(py, user, uid, |scheduler, user| scheduler.answer(user, uid, &key, &answer, comment, now))
    }

    /// A message arrives for a user; a room answers an invitation at once.
    #[pyo3(signature = (user, message, envelope=None, *, now))]
    fn receive<'py>(
        &self,
        py: Python<'py>,
        user: &str,
        message: &Bound<'py, PyAny>,
        envelope: Option<&Bound<'py, PyAny>>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let ((calendar, envelope), now) = (to_incoming(message, envelope)?, time::instant(now)?);
        let uid = calendar.components().find_map(|part| part.value("UID")).unwrap_or_default();
        self.told(py, user, uid.trim(), |scheduler, user| scheduler.receive(user, &calendar, &envelope, now))
    }

    /// The questions that wait for a user.
    fn questions<'py>(&self, py: Python<'py>, user: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let user = records::user(user);
        let open = self.drive(py, |scheduler| scheduler.questions(&user))?;
        open.iter().map(|open| records::from_open(py, open)).collect()
    }

    /// A user answers a question that waits for them, by its number.
    #[pyo3(signature = (user, question, yes, *, now))]
    fn decide<'py>(
        &self,
        py: Python<'py>,
        user: &str,
        question: u64,
        yes: bool,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let now = time::instant(now)?;
        let waiting = self.drive(py, |scheduler| scheduler.questions(&records::user(user)))?;
        let uid =
            waiting.into_iter().find(|open| open.id.0 == question).map(|open| open.uid).unwrap_or_default();
        self.told(py, user, &uid, |scheduler, user| scheduler.decide(user, QuestionId(question), yes, now))
    }

    /// An attendee proposes something else to the organizer: a COUNTER (RFC 5546 §3.2.7).
    #[pyo3(signature = (user, uid, proposal, *, now, comment=None))]
    fn propose<'py>(
        &self,
        py: Python<'py>,
        user: &str,
        uid: &str,
        proposal: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
        comment: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (text, now) = (calendar_text(py, proposal)?, time::instant(now)?);
        self.told(py, user, uid, |scheduler, user| scheduler.propose(user, uid, &text, comment, now))
    }

    /// An organizer makes an object known to people who are not asked to come: a PUBLISH (RFC 5546 §3.2.1).
    #[pyo3(signature = (user, uid, recipients, *, now))]
    fn publish<'py>(
        &self,
        py: Python<'py>,
        user: &str,
        uid: &str,
        recipients: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (recipients, now) = (message::addresses(recipients)?, time::instant(now)?);
        self.told(py, user, uid, |scheduler, user| scheduler.publish(user, uid, &recipients, now))
    }

    /// Delivers at most `limit` messages that are due: into calendars here, or by the transport.
    #[pyo3(signature = (*, now, limit=100))]
    fn deliver<'py>(
        &self,
        py: Python<'py>,
        now: &Bound<'py, PyAny>,
        limit: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let now = time::instant(now)?;
        let transport = self.transport.as_ref();
        let delivered = self.drive_with(py, |scheduler, raised| {
            scheduler.deliver(&mut PyTransport { transport, raised }, now, limit)
        })?;
        records::from_delivered(py, &delivered)
    }

    /// When a user is busy, as far as `asker` may know, or the `Reason` for not telling.
    #[pyo3(signature = (asker, user, start, end, *, now))]
    fn busy<'py>(
        &self,
        py: Python<'py>,
        asker: &str,
        user: &str,
        start: &Bound<'py, PyAny>,
        end: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let window = time::window(start, end, &reefknot_core::time::Zone::UTC)?;
        let (asker, user, now) = (records::user(asker), records::user(user), time::instant(now)?);
        match self.drive(py, |scheduler| scheduler.busy(&Asker::User(&asker), &user, window, now))? {
            Ok(busy) => from_busy(py, &busy),
            Err(reason) => from_reason(py, &reason),
        }
    }

    /// One object of a user's calendar as `asker` may see it, `None` where there is none, or the `Reason` for not showing it.
    #[pyo3(signature = (asker, user, uid, *, now))]
    fn read<'py>(
        &self,
        py: Python<'py>,
        asker: &str,
        user: &str,
        uid: &str,
        now: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (asker, user, now) = (records::user(asker), records::user(user), time::instant(now)?);
        match self.drive(py, |scheduler| scheduler.read(&Asker::User(&asker), &user, uid, now))? {
            Ok(Some(object)) => document::calendar_of(py, &object),
            Ok(None) => Ok(py.None().into_bound(py)),
            Err(reason) => from_reason(py, &reason),
        }
    }

    /// What an object in a user's calendar collides with, instance by instance; `None` where there is no such object.
    fn conflicts<'py>(
        &self,
        py: Python<'py>,
        user: &str,
        uid: &str,
        start: &Bound<'py, PyAny>,
        end: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let horizon = time::window(start, end, &reefknot_core::time::Zone::UTC)?;
        let user = records::user(user);
        let found = self.drive(py, |scheduler| scheduler.conflicts(&user, uid, horizon))?;
        found.map(|found| from_conflicts(py, &found)).transpose()
    }

    /// Times at which all, or most, of some users can come, as far as `asker` may know when they are busy.
    ///
    /// `users` are names, or pairs of a name and an `Attendance`; `others` are people of elsewhere.
    #[pyo3(signature = (asker, users, start, end, length, *, now, others=None, step=None, most=5))]
    #[allow(clippy::too_many_arguments, reason = "they are what is looked for")]
    fn suggest_times<'py>(
        &self,
        py: Python<'py>,
        asker: &str,
        users: &Bound<'py, PyAny>,
        start: &Bound<'py, PyAny>,
        end: &Bound<'py, PyAny>,
        length: &Bound<'py, PyAny>,
        now: &Bound<'py, PyAny>,
        others: Option<&Bound<'py, PyAny>>,
        step: Option<&Bound<'py, PyAny>>,
        most: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut wanted = Vec::new();
        for one in users.try_iter()? {
            let one = one?;
            wanted.push(match one.extract::<(String, Bound<'_, PyAny>)>() {
                Ok((name, attendance)) => (records::user(&name), to_attendance(&attendance)?),
                Err(_) => {
                    let name: String = one.extract()?;
                    (records::user(&name), reefknot_core::freebusy::Attendance::Required)
                }
            });
        }
        let search = to_search(start, end, length, step.unwrap_or(length), most)?;
        let others = others.map(to_people).transpose()?.unwrap_or_default();
        let (asker, now) = (records::user(asker), time::instant(now)?);
        let found = self
            .drive(py, |scheduler| scheduler.suggest(&Asker::User(&asker), &wanted, &others, &search, now))?;
        records::from_suggested(py, &found)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Scheduler of {}>", self.store.bind(py).repr()?))
    }
}
