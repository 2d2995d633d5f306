//! What a contract author imports.
