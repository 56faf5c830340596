//! Schedules: the grammar, the clocks of all the world, calendars, and how long a bare date keeps.

mod business;
mod calendars;
mod clocks;
mod dates;
mod dialects;
mod forms;
mod grammar;
mod keep_until;
mod monthly;
mod periods;
mod reference;
mod seams;
mod zones;
