//! The examples, run as programs: by clients that behave, and by clients that do not.
//!
//! | file | what |
//! |---|---|
//! | `running` | an example that runs, and what it prints |
//! | `course` | what `examples/README.md` shows is what they print |
//! | `echo`, `messages`, `threads`, `processes` | the servers and clients |
//! | `alone` | programs that need nobody else |
//! | `custom` | the layer and the base protocol that are written there |

mod alone;
mod course;
mod custom;
mod echo;
mod messages;
mod processes;
mod running;
mod threads;
