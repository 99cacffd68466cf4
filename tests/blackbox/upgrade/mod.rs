//! A store that an older version wrote: it opens, answers the same, and is brought into today's form.

mod fixture;
mod forms;
mod kill;
