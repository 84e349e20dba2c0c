//! What a culprit search moves: files of one container put on top of another's image, by one crafted layer.

mod fetch;
mod graft;
mod layer;
mod still;

pub use fetch::Fetched;
pub use graft::{ConfigChanges, Graft, ImageConfig};
pub use layer::{Moves, parents};
